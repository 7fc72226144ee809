#include "domain/sla/clocks.hpp"

#include "domain/sla/kept_clocks.hpp"
#include "domain/words.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::domain::sla {
namespace {

constexpr word_table<5> state_words{"running", "paused", "met", "missed", "cancelled"};
static_assert(distinct(state_words) &&
              static_cast<std::size_t>(clock_state::cancelled) + 1 == state_words.size());

void earliest(deadline& of, deadline other) {
  if (other && (!of || *other < *of)) of = other;
}

}  // namespace

std::string_view to_word(clock_state s) {
  return word_of(state_words, s);
}
std::optional<clock_state> clock_state_from_word(std::string_view word) {
  return value_of<clock_state>(state_words, word);
}

const clock* clocks::find(metric m) const {
  const auto found = std::find_if(all.begin(), all.end(), [&](const clock& k) { return k.what == m; });
  return found == all.end() ? nullptr : &*found;
}

deadline clocks::wake_at() const {
  deadline at;
  for (const auto& k : all) {
    if (k.state != clock_state::running || k.breached) continue;
    earliest(at, k.next_warning);
    if (k.due) earliest(at, *k.due + milliseconds{1});  // at its deadline it is met still
  }
  return at;
}

deadline clocks::next_due() const {
  deadline at;
  for (const auto& k : all) {
    if (k.state == clock_state::running && !k.breached) earliest(at, k.due);
  }
  return at;
}

deadline clocks::overdue_since() const {
  deadline at;
  for (const auto& k : all) {
    if (k.state == clock_state::running && k.breached) earliest(at, k.due);
  }
  return at;
}

deadline clocks::waits_until() const {
  auto at = overdue_since();
  earliest(at, next_due());
  return at;
}

std::uint32_t clocks::at_risk() const {
  return static_cast<std::uint32_t>(std::count_if(all.begin(), all.end(), [](const clock& k) {
    return k.state == clock_state::running && !k.breached && k.warned != 0;
  }));
}

kept_clocks::kept_clocks(clocks c) : kept_(std::make_shared<const clocks>(std::move(c))) {}

bool kept_clocks::operator==(const kept_clocks& other) const {
  return kept_ == other.kept_ || (kept_ && other.kept_ && *kept_ == *other.kept_);
}

}  // namespace switchboard::domain::sla
