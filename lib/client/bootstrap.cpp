#include "client/bootstrap.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

#include "base/background.h"
#include "net/error.h"

namespace kt {
namespace {

/// Shared by the one who waits and the threads that try; those that lose may outlive the wait.
struct Race {
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_ptr<Connection> winner;
  std::vector<net::NetError> failures;
  bool over = false;
};

void run_one(const std::shared_ptr<Race>& race, const std::shared_ptr<const ClientOptions>& options,
             const net::HostPort& address, Deadline deadline) {
  std::unique_ptr<Connection> connection;
  std::optional<net::NetError> failure;
  try {
    connection = Connection::open(options, address, -1, deadline);
  } catch (const net::NetError& error) {
    failure = error;
  } catch (const std::exception& error) {
    failure.emplace(net::Failure::unreachable, error.what());
  }
  std::lock_guard lock(race->mutex);
  if (race->over) return;
  if (failure)
    race->failures.push_back(*failure);
  else if (!race->winner)
    race->winner = std::move(connection);
  race->changed.notify_one();
}

}  // namespace

std::unique_ptr<Connection> open_first(std::shared_ptr<const ClientOptions> options,
                                       Deadline deadline) {
  const auto& addresses = options->bootstrap;
  if (addresses.empty())
    throw Error("no broker is named", Exit::usage, "use -b HOST:PORT or KT_BOOTSTRAP_SERVER");
  if (addresses.size() == 1) return Connection::open(options, addresses[0], -1, deadline);

  // Nobody may be there to take the log of a connection that loses.
  auto silent = std::make_shared<ClientOptions>(*options);
  silent->log = nullptr;
  auto race = std::make_shared<Race>();
  for (const auto& address : addresses)
    run_in_background(
        [race, silent, address, deadline] { run_one(race, silent, address, deadline); });

  std::unique_lock lock(race->mutex);
  auto decided = [&] { return race->winner || race->failures.size() == addresses.size(); };
  if (deadline.is_never())
    race->changed.wait(lock, decided);
  else
    race->changed.wait_until(lock, deadline.time() + Milliseconds(100), decided);
  race->over = true;
  if (race->winner) {
    race->winner->set_options(options);
    return std::move(race->winner);
  }
  std::string all;
  for (const auto& failure : race->failures) all += (all.empty() ? "" : "; ") + failure.message();
  auto kind = race->failures.empty() ? net::Failure::unreachable : race->failures[0].failure();
  for (const auto& failure : race->failures)
    if (failure.failure() != kind) kind = net::Failure::unreachable;
  throw net::NetError(kind, fmt::format("none of the {} bootstrap servers can be used: {}",
                                        addresses.size(), all.empty() ? "no answer in time" : all));
}

}  // namespace kt
