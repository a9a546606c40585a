#include "base/byte_queue.h"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

using kt::ByteQueue;
using kt::Deadline;
using kt::Milliseconds;

TEST_CASE("a byte queue hands items over in order, and a full one holds the pusher back") {
  ByteQueue<int> queue(10);
  std::atomic<int> pushed = 0;
  std::thread pusher([&] {
    for (int i = 0; i < 100; ++i) {
      queue.push(i, 4);
      ++pushed;
    }
    queue.end();
  });
  for (int i = 0; i < 100; ++i) {
    CHECK(queue.pop() == i);
    CHECK(pushed <= i + 4);
  }
  CHECK(queue.pop() == std::nullopt);
  pusher.join();
}

TEST_CASE("an item above the capacity passes alone") {
  ByteQueue<std::string> queue(10);
  CHECK(queue.push("big", 1'000));
  CHECK(queue.pop() == "big");
}

TEST_CASE("an ended queue refuses items, gives out what it has, then its error") {
  ByteQueue<int> queue(10);
  queue.push(1, 1);
  queue.end(std::make_exception_ptr(std::runtime_error("broken")));
  CHECK_FALSE(queue.push(2, 1));
  CHECK(queue.pop() == 1);
  CHECK_THROWS_WITH(queue.pop(), "broken");
}

TEST_CASE("an empty queue gives nothing at the deadline") {
  ByteQueue<int> queue(10);
  CHECK(queue.pop(Deadline(Milliseconds(1))) == std::nullopt);
}
