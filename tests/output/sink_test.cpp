#include "output/sink.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "base/error.h"

using namespace kt;

TEST_CASE("a full disk is an error with its sentence") {
  int full = open("/dev/full", O_WRONLY);
  REQUIRE(full >= 0);
  Sink sink(full, "standard output");
  sink.write("x");
  CHECK_THROWS_WITH_AS(sink.flush(), "cannot write to standard output: No space left on device",
                       Error);
  CHECK_NOTHROW(sink.flush());
  close(full);
}

TEST_CASE("a reader that went away is no error but the end") {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  close(ends[0]);
  Sink sink(ends[1], "standard output");
  sink.write("x");
  CHECK_THROWS_AS(sink.flush(), OutputClosed);
  close(ends[1]);
}

TEST_CASE("a pipe that does not block is waited for, and no byte is lost") {
  int ends[2];
  REQUIRE(pipe2(ends, O_NONBLOCK) == 0);
  std::string sent;
  for (int i = 0; i < 200'000; ++i) sent += std::to_string(i) + '\n';
  std::string got;
  std::thread reader([&] {
    fcntl(ends[0], F_SETFL, 0);
    char chunk[4096];
    for (ssize_t n; (n = read(ends[0], chunk, sizeof chunk)) > 0;)
      got.append(chunk, static_cast<size_t>(n));
  });
  Sink sink(ends[1], "standard output");
  for (size_t at = 0; at < sent.size(); at += 777)
    sink.write(std::string_view(sent).substr(at, 777));
  sink.write(std::string(200'000, 'z'));
  sink.flush();
  close(ends[1]);
  reader.join();
  CHECK(got == sent + std::string(200'000, 'z'));
  close(ends[0]);
}

TEST_CASE("for machines each line is an object with time, level and message") {
  std::string text;
  Sink sink(text);
  sink.log("5 copied", {{"records", 5}});
  CHECK(text == "kt: 5 copied\n");
  text.clear();
  sink.log_as_json();
  sink.say("kt: warning: a \"b\"\n");
  sink.say("kt: bad\nnote\n");
  sink.log("5 copied", {{"records", 5}, {"lag", -1}});
  const std::string time = "2026-11-22T10:00:00.250Z";
  std::vector<std::string> lines;
  for (size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    auto line = text.substr(at, end - at);
    REQUIRE(line.starts_with("{\"time\":\"20"));
    lines.push_back(line.substr(9 + time.size()));
  }
  CHECK(lines ==
        std::vector<std::string>{R"(","level":"warning","message":"a \"b\""})",
                                 R"(","level":"error","message":"bad"})",
                                 R"(","level":"info","message":"note"})",
                                 R"(","level":"info","message":"5 copied","records":5,"lag":-1})"});
}
