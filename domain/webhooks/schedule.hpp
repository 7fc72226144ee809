#pragma once
// What an answer to a delivery means, and when the next attempt is. Pure: the answer, the time and the chance come in.

#include "domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace switchboard::domain::webhooks {

/// What came of one attempt, as far as the rules look at it.
struct answer {
  std::uint16_t status = 0;  ///< 0: nobody answered
  std::optional<std::chrono::milliseconds> retry_after = {};
};

enum class verdict : std::uint8_t {
  delivered,
  again,  ///< a redirect too: what is signed for one address goes to no other
  gone    ///< 410: the receiver wants nothing more
};
[[nodiscard]] verdict judge(const answer& a);

/// For how long the receiver wants nothing (429, 503 with Retry-After), 5 min at most: then it is asked whether it still does.
[[nodiscard]] std::optional<std::chrono::milliseconds> pause_of(const answer& a);

/// How long after the attempt of that number, from 1 on, the next is: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, and 10 h each.
[[nodiscard]] std::chrono::milliseconds step_after(std::uint32_t tries);

/// 0 ≤ … < 1, the same for the same event and number of tries, and as good as any other for the next: receivers that failed
/// together are not asked together again.
[[nodiscard]] double chance_of(std::uint64_t seed, std::uint64_t event, std::uint32_t tries);

/// When to try again what has failed `tries` times, or nullopt: given up. Up to a fifth of the step is added by `chance`. What
/// the receiver asked for (429, 503) is kept to where it is longer, up to the step behind this one. The last attempt is at the
/// end of the time that there is, so that an hour without a receiver is no reason to give up earlier.
[[nodiscard]] std::optional<timestamp> next_attempt(std::uint32_t tries, timestamp first, timestamp now,
                                                    const answer& a, double chance,
                                                    std::chrono::seconds give_up_after);

}  // namespace switchboard::domain::webhooks
