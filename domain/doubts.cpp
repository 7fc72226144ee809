#include "domain/doubts.hpp"

#include <algorithm>

namespace switchboard::domain {

void doubts::add(const message_id& id, timestamp now) {
  of_[id] = {.since = now, .ask_at = now + first_question};
}

std::optional<doubts::step> doubts::next(timestamp now, std::chrono::microseconds wait) {
  for (auto& [id, d] : of_) {
    if (d.asking || d.ask_at > now) continue;
    if (now - d.since < wait) return step{step::kind::ask, id};
    const step over{step::kind::give_up, id};
    of_.erase(over.id);
    return over;
  }
  return std::nullopt;
}

void doubts::asked(const message_id& id) {
  const auto d = of_.find(id);
  if (d == of_.end()) return;
  d->second.asking = true;
  ++d->second.asked;
}

void doubts::postpone(const message_id& id, timestamp until) {
  if (const auto d = of_.find(id); d != of_.end()) d->second.ask_at = until;
}

std::optional<timestamp> doubts::wake_at() const {
  std::optional<timestamp> at;
  for (const auto& [id, d] : of_) {
    if (!d.asking) at = std::min(at.value_or(d.ask_at), d.ask_at);
  }
  return at;
}

bool doubts::absent(const message_id& id, timestamp now) {
  const auto d = of_.find(id);
  if (d == of_.end()) return false;
  if (now - d->second.since < listed_after) {
    unclear(id, now);
    return false;
  }
  of_.erase(d);
  return true;
}

void doubts::unclear(const message_id& id, timestamp now) {
  const auto d = of_.find(id);
  if (d == of_.end()) return;
  d->second.asking = false;
  auto apart = std::chrono::microseconds(first_question);
  for (std::uint32_t i = 1; i < d->second.asked && apart < questions_apart_max; ++i) apart *= 2;
  d->second.ask_at = now + std::min<std::chrono::microseconds>(apart, questions_apart_max);
}

}  // namespace switchboard::domain
