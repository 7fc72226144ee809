#include "domain/webhooks/delivery_queue.hpp"

#include <algorithm>
#include <cassert>

namespace switchboard::domain::webhooks {

bool delivery_queue::may_be_tried(const item& i) const {
  if (i.under_way) return false;
  if (!rules_.ordered || i.what.conversation.ordinal == 0) return true;
  // What a start found in the log may stand behind something that is not read again yet.
  if (i.what.event > read_) return false;
  const auto& l = lines_.at(i.what.conversation);
  return l.under_way == 0 && *l.events.begin() == i.what.event;
}

attempt delivery_queue::attempt_of(const item& i, outcome what) {
  return {.event = i.what.event,
          .type = i.what.type,
          .conversation = i.what.conversation,
          .what = what,
          .tries = i.tries,
          .status = 0,
          .error = {},
          .first = i.first,
          .next = std::nullopt};
}

void delivery_queue::refresh(const item& i) {
  const auto set = [this](const item& one) {
    const std::pair place{one.due, one.what.event};
    if (may_be_tried(one)) {
      due_.insert(place);
    } else {
      due_.erase(place);
    }
  };
  set(i);
  const auto l = lines_.find(i.what.conversation);
  if (l == lines_.end()) return;
  // A line changes at its head only: who stands there now, and who stood there.
  auto each = l->second.events.begin();
  for (int n = 0; n < 2 && each != l->second.events.end(); ++n, ++each) set(items_.at(*each));
}

void delivery_queue::insert(item&& i) {
  const auto event = i.what.event;
  firsts_.insert(i.first);
  if (i.tries > 0) ++failing_;
  if (i.what.conversation.ordinal != 0) lines_[i.what.conversation].events.insert(event);
  if (!i.in_log) open_.insert(event);
  refresh(items_.emplace(event, std::move(i)).first->second);
}

void delivery_queue::remove(items::iterator at) {
  const auto gone = std::move(at->second);
  due_.erase({gone.due, gone.what.event});
  open_.erase(gone.what.event);
  firsts_.erase(firsts_.find(gone.first));
  if (gone.tries > 0) --failing_;
  items_.erase(at);
  const auto l = lines_.find(gone.what.conversation);
  if (l != lines_.end()) {
    l->second.events.erase(gone.what.event);
    if (l->second.events.empty()) {
      lines_.erase(l);
    } else {
      refresh(items_.at(*l->second.events.begin()));
    }
  }
  settle();
}

void delivery_queue::settle() {
  settled_ = std::max(settled_, open_.empty() ? read_ : *open_.begin() - 1);
}

void delivery_queue::restore(const attempt& a) {
  if (items_.contains(a.event)) return;
  insert({.what = {.event = a.event, .type = a.type, .conversation = a.conversation},
          .tries = a.tries,
          .first = a.first,
          .due = a.next.value_or(a.first),
          .in_log = true});
}

void delivery_queue::apply(const queue_rules& rules) {
  rules_ = rules;
  due_.clear();
  for (const auto& [event, i] : items_) {
    if (may_be_tried(i)) due_.insert({i.due, event});
  }
}

std::size_t delivery_queue::room() const {
  const auto fresh = items_.size() - failing_;
  const auto left =
      failing_ >= rules_.failing_max ? 0 : rules_.waiting_max - std::min(rules_.waiting_max, fresh);
  // A start may find more than that, all behind what is not read again yet: only by reading they get their turns.
  const bool stuck = left == 0 && !gone_ && due_.empty() && under_way_ == 0;
  return stuck ? 1 : left;
}

void delivery_queue::move_on(std::uint64_t place) {
  auto known = items_.upper_bound(read_);
  read_ = place;
  for (; known != items_.end() && known->first <= read_; ++known) refresh(known->second);
}

void delivery_queue::add(const wanted_event& w, timestamp now) {
  assert(w.event > read_);
  move_on(w.event);
  // It is being replayed: that delivers it.
  if (!items_.contains(w.event)) insert({.what = w, .first = now, .due = now});
  settle();
}

void delivery_queue::read_to(std::uint64_t place) {
  if (place > read_) move_on(place);
  settle();
}

std::optional<attempt> delivery_queue::replay(const wanted_event& w, timestamp now) {
  const auto known = items_.find(w.event);
  if (known != items_.end()) return hurry(known->second, now);
  // What was not read yet comes by itself.
  if (w.event > read_ || room() == 0) return std::nullopt;
  item i{.what = w, .first = now, .due = now, .in_log = true};
  auto said = attempt_of(i, outcome::waiting);
  said.next = now;
  insert(std::move(i));
  return said;
}

/// Whoever asks for it gives it all its time again.
std::optional<attempt> delivery_queue::hurry(item& i, timestamp now) {
  if (i.under_way) return std::nullopt;
  due_.erase({i.due, i.what.event});
  firsts_.erase(firsts_.find(i.first));
  firsts_.insert(now);
  i.first = i.due = now;
  i.in_log = true;
  open_.erase(i.what.event);
  refresh(i);
  settle();
  auto said = attempt_of(i, outcome::waiting);
  said.next = now;
  return said;
}

std::optional<wanted_event> delivery_queue::take(timestamp now) {
  const auto at_once = circuit_open() ? 1 : rules_.concurrency;
  if (gone_ || now < not_before_ || under_way_ >= at_once || due_.empty() || due_.begin()->first > now) {
    return std::nullopt;
  }
  auto& i = items_.at(due_.begin()->second);
  i.under_way = true;
  ++under_way_;
  const auto l = lines_.find(i.what.conversation);
  if (l != lines_.end()) ++l->second.under_way;
  refresh(i);
  return i.what;
}

std::optional<timestamp> delivery_queue::next_due() const {
  const auto at_once = circuit_open() ? 1 : rules_.concurrency;
  if (gone_ || under_way_ >= at_once || due_.empty()) return std::nullopt;
  return std::max(due_.begin()->first, not_before_);
}

void delivery_queue::land(item& i) {
  assert(i.under_way);
  i.under_way = false;
  --under_way_;
  const auto l = lines_.find(i.what.conversation);
  if (l != lines_.end()) --l->second.under_way;
}

attempt delivery_queue::answered(std::uint64_t event, const answer& a, std::string error, timestamp now) {
  const auto at = items_.find(event);
  assert(at != items_.end());
  auto& i = at->second;
  land(i);
  if (++i.tries == 1) ++failing_;  // until it leaves, or is tried again
  const auto meant = judge(a);
  hear(meant, a, now);
  if (meant == verdict::gone) gone_ = true;
  const auto next = meant == verdict::delivered
                        ? std::nullopt
                        : next_attempt(i.tries, i.first, now, a, chance_of(rules_.seed, event, i.tries),
                                       rules_.give_up_after);
  auto said = attempt_of(i, meant == verdict::delivered ? outcome::delivered
                            : next                      ? outcome::failed
                                                        : outcome::given_up);
  said.status = a.status;
  said.error = std::move(error);
  said.next = next;
  if (!next) {
    remove(at);
    return said;
  }
  i.due = *next;
  i.in_log = true;
  open_.erase(event);
  refresh(i);
  settle();
  return said;
}

/// How the receiver is, beside what became of the event.
void delivery_queue::hear(verdict meant, const answer& a, timestamp now) {
  if (meant == verdict::delivered) {
    failed_in_row_ = 0;
    not_before_ = {};
    return;
  }
  ++failed_in_row_;
  if (circuit_open()) not_before_ = std::max(not_before_, now + rules_.circuit_pause);
  if (const auto asked = pause_of(a)) not_before_ = std::max(not_before_, now + *asked);
}

std::optional<attempt> delivery_queue::forgotten(std::uint64_t event, std::string why) {
  const auto at = items_.find(event);
  if (at == items_.end()) return std::nullopt;
  if (at->second.under_way) land(at->second);
  std::optional<attempt> said;
  if (at->second.in_log) {
    said = attempt_of(at->second, outcome::given_up);
    said->error = std::move(why);
  }
  remove(at);
  return said;
}

void delivery_queue::put_back(std::uint64_t event) {
  auto& i = items_.at(event);
  land(i);
  refresh(i);
}

void delivery_queue::revive() {
  gone_ = false;
  failed_in_row_ = 0;
  not_before_ = {};
}

std::vector<attempt> delivery_queue::parked(std::size_t most) {
  std::vector<attempt> some;
  for (auto at = open_.begin(); at != open_.end() && some.size() < most;) {
    auto& i = items_.at(*at);
    if (i.under_way) {
      ++at;
      continue;
    }
    some.push_back(attempt_of(i, outcome::waiting));
    some.back().next = i.due;
    i.in_log = true;
    at = open_.erase(at);
  }
  settle();
  return some;
}

}  // namespace switchboard::domain::webhooks
