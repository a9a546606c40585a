#include "cli/contexts.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "base/error.h"
#include "base/properties.h"
#include "cli/settings.h"

using namespace kt;
namespace fs = std::filesystem;

namespace {

/// A configuration directory of its own, and no variable of the caller's.
struct Home {
  fs::path directory;
  Home() {
    char name[] = "/tmp/kt-contexts-XXXXXX";
    directory = mkdtemp(name);
    setenv("XDG_CONFIG_HOME", directory.c_str(), 1);
    for (auto variable : {"KT_CONTEXT", "KT_BOOTSTRAP_SERVER", "KT_OUTPUT"}) unsetenv(variable);
  }
  ~Home() {
    fs::remove_all(directory);
    unsetenv("XDG_CONFIG_HOME");
  }
  void write(const std::string& text) const {
    fs::create_directories(directory / "kt");
    std::ofstream(directory / "kt" / "contexts.ini") << text;
  }
};

const Command kCommand{.words = "topic list"};

std::string refusal(const std::string& text) {
  try {
    parse_contexts(text, "f");
  } catch (const Error& error) {
    CHECK(error.exit() == Exit::usage);
    return error.message();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("flag beats environment beats context beats default") {
  Home home;
  home.write(
      "\xef\xbb\xbf"
      "current = prod\r\n\r\n[prod]\r\nbootstrap-server = a:1\r\ntimeout = 5s\r\nproperty = "
      "x=1\r\nproperty = y=2=3\r\ncluster-id = Qm9\r\n");
  SharedFlags flags;
  auto settings = resolve(flags, kCommand);
  CHECK(settings.context == "prod");
  CHECK(settings.bootstrap_server == "a:1");
  CHECK(settings.timeout == std::chrono::seconds(5));
  CHECK(settings.cluster_id == "Qm9");
  CHECK(settings.properties == decltype(settings.properties){{"x", "1"}, {"y", "2=3"}});
  setenv("KT_BOOTSTRAP_SERVER", "b:2", 1);
  CHECK(resolve(flags, kCommand).bootstrap_server == "b:2");
  flags.bootstrap_server = "c:3";
  CHECK(resolve(flags, kCommand).bootstrap_server == "c:3");
  flags.bootstrap_server.reset();
  flags.context = "prod";
  CHECK(resolve(flags, kCommand).bootstrap_server == "a:1");
  unsetenv("KT_BOOTSTRAP_SERVER");
  flags.context = "prdo";
  CHECK_THROWS_WITH_AS(resolve(flags, kCommand),
                       ("context \"prdo\" is not in " +
                        (home.directory / "kt/contexts.ini").string() + " (did you mean \"prod\"?)")
                           .c_str(),
                       Error);
}

TEST_CASE("whether a context holds a secret goes with its settings") {
  Home home;
  home.write(
      "[open]\nproperty = sasl.password=x\nproperty = client.id=y\n"
      "[told]\nproperty = sasl.password=file:/p\nmap = a:1=b:2\n");
  SharedFlags flags;
  CHECK_FALSE(resolve(flags, kCommand).context_has_secrets);
  flags.properties = {"ssl.key.password=z"};
  flags.context = "told";
  auto settings = resolve(flags, kCommand);
  CHECK_FALSE(settings.context_has_secrets);
  CHECK(settings_for(settings, "open").context_has_secrets);
  flags.context = "open";
  settings = resolve(flags, kCommand);
  CHECK(settings.context_has_secrets);
  CHECK(settings_for(settings, "host:1").context_has_secrets);
  settings = settings_for(settings, "told");
  CHECK_FALSE(settings.context_has_secrets);
  CHECK(settings.properties == Properties{{"sasl.password", "file:/p"}});
  CHECK(settings.maps == Properties{{"a:1", "b:2"}});
}

TEST_CASE("without any home there are no contexts and no error") {
  unsetenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  std::string saved = home ? home : "";
  unsetenv("HOME");
  CHECK(contexts_path().empty());
  CHECK(load_contexts().list.empty());
  CHECK(resolve({}, kCommand).timeout == std::chrono::seconds(30));
  CHECK_THROWS_AS(save_contexts({}), Error);
  if (home) setenv("HOME", saved.c_str(), 1);
}

TEST_CASE("mistakes in the file name file, line, column and the nearest key") {
  CHECK(refusal("[a]\nbootstrap-servers = x\n") ==
        "f:2:1: unknown key \"bootstrap-servers\" (did you mean \"bootstrap-server\"?)");
  CHECK(refusal("[a]\n  nonsense\n") == "f:2:3: neither [NAME] nor key = value");
  CHECK(refusal("[a]\n[a]\n") == "f:2:1: context \"a\" is there twice");
  CHECK(refusal("[]\n") == "f:1:1: a section reads [NAME]");
  CHECK(refusal("x = y\n") == "f:1:1: before the first [NAME] only \"current = NAME\" may stand");
}

TEST_CASE("contexts read back as written, for the owner alone") {
  Home home;
  Contexts contexts{"b",
                    {{"a", {{"bootstrap-server", "[::1]:9092,h"}}},
                     {"b", {{"property", "k=v"}, {"map", "a:1=b:2"}}}}};
  save_contexts(contexts);
  auto read = load_contexts();
  CHECK(read.current == "b");
  REQUIRE(read.list.size() == 2);
  CHECK(read.find("a")->value("bootstrap-server") == "[::1]:9092,h");
  CHECK(read.find("b")->values("map") == std::vector<std::string>{"a:1=b:2"});
  struct stat status {};
  REQUIRE(stat(contexts_path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}
