#include "domain/limit_level.hpp"

#include "domain/words.hpp"

#include <algorithm>

namespace switchboard::domain {
namespace {

constexpr word_table<3> scope_words{"account", "recipient", "application"};
static_assert(distinct(scope_words));

}  // namespace

timestamp over_at(const limit_level& l) {
  auto at = std::max({l.full_at, l.closed_until, l.under_way > 0 ? l.under_way_until : timestamp{}});
  for (const auto& h : l.held) at = std::max(at, h.free_at);
  return at;
}

limit_level shifted(limit_level l, std::chrono::microseconds by) {
  const auto shift = [by](timestamp& t) {
    if (t != timestamp{}) t += by;
  };
  for (auto& h : l.held) shift(h.free_at);
  shift(l.under_way_until);
  shift(l.full_at);
  shift(l.closed_until);
  return l;
}

std::string_view to_word(quota::scope value) {
  return word_of(scope_words, value);
}
std::optional<quota::scope> scope_from_word(std::string_view word) {
  return value_of<quota::scope>(scope_words, word);
}

}  // namespace switchboard::domain
