#include "net/log.hpp"

#include "domain/json.hpp"
#include "domain/time.hpp"

#include <unistd.h>

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace switchboard::net::log {

namespace {

std::string_view to_word(level l) {
  switch (l) {
    case level::info:
      return "info";
    case level::warning:
      return "warning";
    case level::error:
      return "error";
  }
  return "error";
}

struct rare {
  std::chrono::steady_clock::time_point next{};
  std::uint64_t left_out = 0;
};

void put(level l, std::string_view event, std::string_view message, fields more, std::uint64_t left_out) {
  std::string line;
  domain::json_object o{line};
  o.text("ts", domain::to_rfc3339(std::chrono::time_point_cast<std::chrono::microseconds>(
                   std::chrono::system_clock::now())));
  o.text("level", to_word(l));
  o.text("event", event);
  o.text("msg", message);
  for (const auto& [name, value] : more) o.text(name, value);
  if (left_out > 0) o.number("leftOut", left_out);
  o.end();
  line += '\n';
  // One call, so that lines of several threads don't mix; a full pipe loses the line rather than our time.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

void write(level l, std::string_view event, std::string_view message, fields more) {
  put(l, event, message, more, 0);
}

void write_rarely(level l, std::string_view event, std::string_view message, fields more,
                  std::uint32_t seconds) {
  static std::mutex mutex;
  static std::map<std::string, rare, std::less<>> seen;
  std::uint64_t left_out = 0;
  {
    const std::lock_guard lock{mutex};
    auto found = seen.find(event);
    if (found == seen.end()) found = seen.emplace(std::string(event), rare{}).first;
    const auto now = std::chrono::steady_clock::now();
    if (now < found->second.next) {
      ++found->second.left_out;
      return;
    }
    found->second.next = now + std::chrono::seconds{seconds};
    left_out = std::exchange(found->second.left_out, 0);
  }
  put(l, event, message, more, left_out);
}

}  // namespace switchboard::net::log
