#include "mirror/watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/units.h"
#include "net/address.h"

namespace kt {
namespace {

using namespace std::chrono_literals;

constexpr Milliseconds kEveryLine{60'000}, kEveryRefresh{500}, kFirstOnScreen{1'000},
    kLongestTurn{60'000};
constexpr std::string_view kLoopback = "127.0.0.1";

/// `PORT` or `HOST:PORT`, the host in brackets where it is IPv6.
std::pair<std::string, int> parse_listener(const std::string& text) {
  int64_t port = -1;
  if (parse_int64(text, port) && port >= 0 && port <= UINT16_MAX)
    return {std::string(kLoopback), static_cast<int>(port)};
  auto address = net::parse_host_port(text, 0);
  return {address.host, address.port};
}

}  // namespace

std::vector<Argument> MirrorWatch::arguments() {
  std::vector<Argument> list;
  list.push_back({.spec = "--metrics",
                  .value = "[HOST:]PORT",
                  .help = "Prometheus metrics at /metrics, /healthz and /readyz over HTTP; only "
                          "this machine is answered unless a host is named",
                  .target = &metrics_});
  list.push_back({.spec = "--log",
                  .value = "text|json",
                  .help = "What stderr gets: lines for people, or a JSON object a line",
                  .target = &log_,
                  .choices = {"text", "json"}});
  return list;
}

void MirrorWatch::choose_log(Context& context) {
  if (log_ == "json") context.err.log_as_json();
}

void MirrorWatch::start(Context& context, const mirror::Mirror& copier) {
  started_ = shown_at_ = Clock::system().now();
  turned_at_ms_ = Clock::system().wall_ms();
  // Looking for topics may take as long as both clusters are given.
  may_hang_ = std::max(kLongestTurn, 2 * context.settings.timeout);
  if (metrics_.empty()) return;
  auto [host, port] = parse_listener(metrics_);
  server_.emplace(host, port,
                  std::map<std::string, http::Server::Handler>{
                      {"/metrics",
                       [&copier] {
                         return http::Answer{200, "text/plain; version=0.0.4; charset=utf-8",
                                             mirror::metrics_text(copier)};
                       }},
                      {"/healthz", [this] { return health(); }},
                      {"/readyz", [this, &copier] { return readiness(copier); }}});
  bool is_ipv6 = host.find(':') != std::string::npos;
  context.note(fmt::format("metrics at http://{}:{}/metrics", is_ipv6 ? "[" + host + "]" : host,
                           server_->port()));
}

http::Answer MirrorWatch::health() const {
  auto silent_ms = Clock::system().wall_ms() - turned_at_ms_;
  if (silent_ms <= may_hang_.count()) return {.body = "ok\n"};
  return {.status = 503, .body = fmt::format("nothing has moved for {} ms\n", silent_ms)};
}

http::Answer MirrorWatch::readiness(const mirror::Mirror& copier) const {
  auto answer = health();
  auto totals = mirror::totals_of(copier.status());
  if (answer.status == 200 && totals.stopped + totals.starting > 0)
    answer = {.status = 503,
              .body = fmt::format("{} stopped, {} waiting\n", counted(totals.stopped, "partition"),
                                  totals.starting)};
  return answer;
}

void MirrorWatch::turn(Context& context, const std::vector<mirror::PartitionStatus>& partitions) {
  auto now = Clock::system().now();
  turned_at_ms_ = Clock::system().wall_ms();
  if (context.settings.quiet) return;
  bool is_screen = context.err.is_terminal();
  if (is_screen && !on_screen_ && now - started_ < kFirstOnScreen) return;
  if (now - shown_at_ < (is_screen ? kEveryRefresh : kEveryLine)) return;
  show(context, mirror::totals_of(partitions));
}

void MirrorWatch::show(Context& context, const mirror::MirrorTotals& totals) {
  auto now = Clock::system().now();
  double seconds = std::max(0.001, std::chrono::duration<double>(now - shown_at_).count());
  auto rate = static_cast<int64_t>(static_cast<double>(totals.bytes - bytes_before_) / seconds);
  shown_at_ = now;
  bytes_before_ = totals.bytes;
  auto line = fmt::format("copied {}, {}/s; {} copying", format_size(totals.bytes),
                          format_size(rate), counted(totals.copying, "partition"));
  if (totals.starting > 0) line += fmt::format(", {} waiting", totals.starting);
  if (totals.done > 0) line += fmt::format(", {} done", totals.done);
  if (totals.stopped > 0) line += fmt::format(", {} stopped", totals.stopped);
  line += fmt::format("; {} behind", counted(totals.lag, "offset"));
  if (totals.behind_ms > 0)
    line += ", " + format_duration(
                       std::chrono::ceil<std::chrono::seconds>(Milliseconds(totals.behind_ms)));
  if (context.err.is_terminal()) {
    on_screen_ = true;
    auto columns = static_cast<size_t>(std::max(20, context.err.columns()));
    context.err.say('\r' + line.substr(0, columns - 1) + "\x1b[K");
    return;
  }
  context.err.log(line, {{"copied_bytes", totals.bytes},
                         {"copied_records", totals.records},
                         {"bytes_per_second", rate},
                         {"copying_partitions", totals.copying},
                         {"waiting_partitions", totals.starting},
                         {"done_partitions", totals.done},
                         {"stopped_partitions", totals.stopped},
                         {"lag_offsets", totals.lag},
                         {"lag_ms", totals.behind_ms}});
}

void MirrorWatch::finish(Context& context) {
  if (on_screen_) context.err.say("\r\x1b[K");
  on_screen_ = false;
}

}  // namespace kt
