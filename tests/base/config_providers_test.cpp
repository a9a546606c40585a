#include "base/config_providers.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "support/temporary_directory.h"

using namespace kt;

namespace {

constexpr const char* kPackage = "org.apache.kafka.common.config.provider.";

Properties with_providers(Properties properties) {
  properties.push_back({"config.providers", "env, f,dir"});
  properties.push_back(
      {"config.providers.env.class", std::string(kPackage) + "EnvVarConfigProvider"});
  properties.push_back({"config.providers.f.class", std::string(kPackage) + "FileConfigProvider"});
  properties.push_back(
      {"config.providers.dir.class", std::string(kPackage) + "DirectoryConfigProvider"});
  return properties;
}

std::string first(Properties properties) {
  expand_provided(properties);
  return properties[0].second;
}

}  // namespace

TEST_CASE("values come from the environment, a properties file, and a directory") {
  TemporaryDirectory directory;
  std::ofstream(directory.path() + "/more.properties") << "user=alice\npassword=x y\n";
  std::ofstream(directory.path() + "/secret") << "s3cret\n";
  setenv("KT_TEST_PROVIDED", "from outside", 1);
  CHECK(first(with_providers({{"a", "<${env:KT_TEST_PROVIDED}>"}})) == "<from outside>");
  CHECK(first(with_providers({{"a", "${f:" + directory.path() + "/more.properties:user}/${f:" +
                                        directory.path() + "/more.properties:password}"}})) ==
        "alice/x y");
  CHECK(first(with_providers({{"a", "${dir:" + directory.path() + ":secret}"}})) == "s3cret");
  unsetenv("KT_TEST_PROVIDED");
}

TEST_CASE("without providers, or of another name, a value stays as it is") {
  CHECK(first({{"a", "${env:HOME}"}}) == "${env:HOME}");
  CHECK(first(with_providers({{"a", "${vault:x} ${env ${"}})) == "${vault:x} ${env ${");
}

TEST_CASE("what is not there is said by its name") {
  CHECK_THROWS_AS(first(with_providers({{"a", "${env:KT_TEST_NOT_SET}"}})), Error);
  CHECK_THROWS_AS(first(with_providers({{"a", "${f:/nowhere:key}"}})), Error);
  CHECK_THROWS_AS(first({{"config.providers", "v"}, {"config.providers.v.class", "x.Vault"}}),
                  Error);
}
