#include "domain/routing/first_match.hpp"

#include "domain/words.hpp"

#include <algorithm>

namespace switchboard::domain::routing {
namespace {

constexpr word_table<11> mismatch_words{"none",     "brand", "platform", "account",   "source", "kind",
                                        "language", "tag",   "priority", "attribute", "keyword"};
static_assert(distinct(mismatch_words) &&
              static_cast<std::size_t>(mismatch::keyword) + 1 == mismatch_words.size());

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool same(char a, char b) {
  return lower(a) == lower(b);
}
/// Of a word; every byte beyond ASCII is, so that no word ends inside a letter.
bool is_of_word(char c) {
  const auto l = lower(c);
  return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool fits_language(std::string_view wanted, std::string_view is) {
  if (wanted.empty() || is.size() < wanted.size()) return false;
  if (!std::equal(wanted.begin(), wanted.end(), is.begin(), same)) return false;
  return is.size() == wanted.size() || is[wanted.size()] == '-' || is[wanted.size()] == '_';
}

bool has_phrase(std::string_view text, std::string_view phrase) {
  if (phrase.empty()) return false;
  for (auto from = text.begin();; ++from) {
    from = std::search(from, text.end(), phrase.begin(), phrase.end(), same);
    if (from == text.end()) return false;
    const auto behind = from + static_cast<std::ptrdiff_t>(phrase.size());
    const bool begins = from == text.begin() || !is_of_word(*(from - 1)) || !is_of_word(phrase.front());
    const bool ends = behind == text.end() || !is_of_word(*behind) || !is_of_word(phrase.back());
    if (begins && ends) return true;
  }
}

template <class T>
bool fits(const std::vector<T>& any_of, const T& is) {
  return any_of.empty() || std::find(any_of.begin(), any_of.end(), is) != any_of.end();
}
template <class T, class F>
bool fits_any(const std::vector<T>& any_of, F&& f) {
  return any_of.empty() || std::any_of(any_of.begin(), any_of.end(), f);
}

/// A test holds wherever another does: it asks nothing, or each that the other takes is taken by it, too.
template <class T, class F>
bool holds_wherever(const std::vector<T>& test, const std::vector<T>& other, F&& takes) {
  if (test.empty()) return true;
  return !other.empty() && std::all_of(other.begin(), other.end(), [&](const T& o) {
    return std::any_of(test.begin(), test.end(), [&](const T& t) { return takes(t, o); });
  });
}
template <class T>
bool holds_wherever(const std::vector<T>& test, const std::vector<T>& other) {
  return holds_wherever(test, other, [](const T& t, const T& o) { return t == o; });
}

template <class T, class Join>
std::vector<T> once_each(std::vector<T> skills, Join&& join) {
  std::stable_sort(skills.begin(), skills.end(), [](const T& a, const T& b) { return a.skill < b.skill; });
  std::vector<T> once;
  for (const auto& s : skills) {
    if (!once.empty() && once.back().skill == s.skill) {
      join(once.back(), s);
    } else {
      once.push_back(s);
    }
  }
  return once;
}

}  // namespace

std::string_view to_word(mismatch m) {
  return word_of(mismatch_words, m);
}

mismatch test_rule(const routing_rule& r, const subject& s) {
  if (!fits(r.brands, s.brand)) return mismatch::brand;
  if (!fits(r.platforms, s.platform)) return mismatch::platform;
  if (!fits(r.accounts, s.account)) return mismatch::account;
  if (!fits(r.sources, s.source)) return mismatch::source;
  if (!fits(r.kinds, s.kind)) return mismatch::kind;
  if (!fits_any(r.languages, [&](const auto& l) { return fits_language(l, s.language); }))
    return mismatch::language;
  const auto has_tag = [&](const auto& t) {
    return std::find(s.tags.begin(), s.tags.end(), t) != s.tags.end();
  };
  if (!fits_any(r.tags, has_tag)) return mismatch::tag;
  if (!fits(r.priorities, s.priority)) return mismatch::priority;
  for (const auto& wanted : r.attributes) {
    const auto is = s.attributes.find(wanted.name);
    if (is == s.attributes.end() || is->second != wanted.value) return mismatch::attribute;
  }
  if (!fits_any(r.keywords, [&](const auto& k) { return has_phrase(s.text, k); })) return mismatch::keyword;
  return mismatch::none;
}

bool covers(const routing_rule& earlier, const routing_rule& later) {
  if (!holds_wherever(earlier.brands, later.brands)) return false;
  if (!holds_wherever(earlier.platforms, later.platforms)) return false;
  if (!holds_wherever(earlier.accounts, later.accounts)) return false;
  if (!holds_wherever(earlier.sources, later.sources)) return false;
  if (!holds_wherever(earlier.kinds, later.kinds)) return false;
  if (!holds_wherever(earlier.languages, later.languages, fits_language)) return false;
  if (!holds_wherever(earlier.tags, later.tags)) return false;
  if (!holds_wherever(earlier.priorities, later.priorities)) return false;
  // Of attributes each must hold, not any one.
  const bool attributes =
      std::all_of(earlier.attributes.begin(), earlier.attributes.end(), [&](const auto& e) {
        return std::any_of(later.attributes.begin(), later.attributes.end(),
                           [&](const auto& l) { return l.name == e.name && l.value == e.value; });
      });
  // Where a phrase is a text's words, so is what stands in it between the ends of words.
  return attributes &&
         holds_wherever(earlier.keywords, later.keywords,
                        [](const auto& shorter, const auto& phrase) { return has_phrase(phrase, shorter); });
}

first_match_result first_match(const std::vector<routing_rule>& rules, const subject& s,
                               queue_index otherwise) {
  first_match_result found{.queue = otherwise, .priority = s.priority};
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto& r = rules[i];
    found.tried.push_back(test_rule(r, s));
    if (found.tried.back() != mismatch::none) continue;
    found.rule = i;
    found.queue = r.queue.value_or(otherwise);
    found.priority = r.set_priority.value_or(s.priority);
    found.required = once_each(
        r.required, [](auto& kept, const auto& more) { kept.level = std::max(kept.level, more.level); });
    found.preferred = once_each(r.preferred, [](auto& kept, const auto& more) {
      kept.weight = static_cast<std::uint16_t>(std::min(0xffff, kept.weight + more.weight));
    });
    break;
  }
  return found;
}

}  // namespace switchboard::domain::routing
