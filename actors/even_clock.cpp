#include "actors/even_clock.hpp"

#include "actors/wall_clock.hpp"

#include <ctime>

namespace switchboard::actors {

domain::timestamp even_time::at(domain::timestamp wall, std::chrono::microseconds uptime) {
  const auto offset = wall.time_since_epoch() - uptime;
  const auto apart = [](std::chrono::microseconds a, std::chrono::microseconds b) {
    return a < b ? b - a : a - b;
  };
  if (!begun_ || apart(offset, offset_) <= step_max) {
    begun_ = true;
    offset_ = offset;
    ahead_ = {};
    return wall;
  }
  const bool goes_on = ahead_.count() != 0 && apart(offset, jumped_to_) <= step_max;
  if (!goes_on) jumped_at_ = uptime;
  jumped_to_ = offset;
  if (goes_on && uptime - jumped_at_ >= believed_after) {
    offset_ = offset;
    ahead_ = {};
    return wall;
  }
  ahead_ = offset - offset_;
  return domain::timestamp{uptime + offset_};
}

domain::timestamp even_clock::now() {
  timespec since_boot{};
  ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
  const auto uptime =
      std::chrono::seconds{since_boot.tv_sec} +
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::nanoseconds{since_boot.tv_nsec});
  const std::lock_guard lock{mutex_};
  return time_.at(wall_clock(), uptime);
}

std::chrono::microseconds even_clock::wall_ahead() {
  const std::lock_guard lock{mutex_};
  return time_.wall_ahead();
}

}  // namespace switchboard::actors
