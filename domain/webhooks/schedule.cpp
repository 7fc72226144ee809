#include "domain/webhooks/schedule.hpp"

#include <algorithm>
#include <array>

namespace switchboard::domain::webhooks {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::array<milliseconds, 6> steps{5s, 5min, 30min, 2h, 5h, 10h};
constexpr double jitter_share = 0.2;
constexpr milliseconds pause_max = 5min;

bool may_ask_for_time(std::uint16_t status) {
  return status == 429 || status == 503;
}

}  // namespace

verdict judge(const answer& a) {
  if (a.status >= 200 && a.status < 300) return verdict::delivered;
  return a.status == 410 ? verdict::gone : verdict::again;
}

std::optional<milliseconds> pause_of(const answer& a) {
  if (!a.retry_after || !may_ask_for_time(a.status)) return std::nullopt;
  return std::min(*a.retry_after, pause_max);
}

milliseconds step_after(std::uint32_t tries) {
  const auto at = tries == 0 ? 0 : std::min<std::size_t>(tries - 1, steps.size() - 1);
  return steps.at(at);
}

double chance_of(std::uint64_t seed, std::uint64_t event, std::uint32_t tries) {
  // splitmix64: each of the three changes half of the bits.
  std::uint64_t x = seed + 0x9e3779b97f4a7c15 * (event + 1) + tries;
  for (int round = 0; round < 2; ++round) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    x ^= x >> 31;
  }
  return static_cast<double>(x >> 11) * 0x1p-53;
}

std::optional<timestamp> next_attempt(std::uint32_t tries, timestamp first, timestamp now, const answer& a,
                                      double chance, std::chrono::seconds give_up_after) {
  const auto last = first + give_up_after;
  if (now >= last) return std::nullopt;
  const auto step = step_after(tries);
  auto wait = step + milliseconds{static_cast<std::int64_t>(static_cast<double>(step.count()) * jitter_share *
                                                            std::clamp(chance, 0.0, 1.0))};
  if (a.retry_after && may_ask_for_time(a.status)) {
    wait = std::max(wait, std::min(*a.retry_after, step_after(tries + 1)));
  }
  return std::min(now + wait, last);
}

}  // namespace switchboard::domain::webhooks
