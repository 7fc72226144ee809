#include "config/nearest.hpp"

#include <algorithm>
#include <vector>

namespace switchboard::config {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the usual matrix; the one before the last is for swaps of neighbours.
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  constexpr std::size_t word_bytes_max = 128;
  if (word.size() > word_bytes_max) return {};
  std::string_view best;
  std::size_t best_distance = word_bytes_max;
  for (const std::string_view candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    const std::size_t allowed = std::max<std::size_t>(1, candidate.size() / 3);
    const bool nothing_in_common = distance >= candidate.size();
    if (distance > allowed || nothing_in_common || distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

}  // namespace switchboard::config
