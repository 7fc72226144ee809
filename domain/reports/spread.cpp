#include "domain/reports/spread.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace switchboard::domain::reports {
namespace {

constexpr std::uint32_t each_bits = 8;
constexpr std::uint32_t half = 1u << (each_bits - 1);
constexpr std::uint64_t value_max = std::numeric_limits<std::int64_t>::max();

constexpr std::uint32_t index_of(std::uint64_t value) {
  const auto bits = static_cast<std::uint32_t>(std::bit_width(value));
  const auto shift = bits > each_bits ? bits - each_bits : 0;
  return shift * half + static_cast<std::uint32_t>(value >> shift);
}

/// The largest value of the cell.
constexpr std::uint64_t last_of(std::uint32_t index) {
  const auto shift = index < 2 * half ? 0 : index / half - 1;
  const std::uint64_t first = index - shift * half;
  return ((first + 1) << shift) - 1;
}
constexpr std::uint32_t index_max = index_of(value_max);
static_assert(last_of(index_of(255)) == 255 && last_of(index_of(256)) == 257);
static_assert(last_of(index_max) == value_max);

}  // namespace

std::optional<spread> spread::of(parts p) {
  spread s;
  std::uint32_t next = 0;
  for (const auto& c : p.cells) {
    if (c.count == 0 || c.index < next || c.index > index_max) return std::nullopt;
    if (s.count_ + c.count < s.count_) return std::nullopt;
    s.count_ += c.count;
    next = c.index + 1;
  }
  const bool fits = p.cells.empty() ? p.sum == 0 && p.least == 0 && p.most == 0
                                    : p.most <= value_max && index_of(p.least) == p.cells.front().index &&
                                          index_of(p.most) == p.cells.back().index && p.least <= p.most;
  if (!fits) return std::nullopt;
  s.p_ = std::move(p);
  return s;
}

void spread::add(std::uint64_t value) {
  value = std::min(value, value_max);
  const auto index = index_of(value);
  const auto at = std::lower_bound(p_.cells.begin(), p_.cells.end(), index,
                                   [](const cell& c, std::uint32_t i) { return c.index < i; });
  if (at != p_.cells.end() && at->index == index) {
    ++at->count;
  } else {
    p_.cells.insert(at, {.index = index, .count = 1});
  }
  p_.least = count_ == 0 ? value : std::min(p_.least, value);
  p_.most = std::max(p_.most, value);
  p_.sum += value;
  ++count_;
}

void spread::merge(const spread& other) {
  if (other.count_ == 0) return;
  std::vector<cell> both;
  both.reserve(p_.cells.size() + other.p_.cells.size());
  auto a = p_.cells.begin();
  for (const auto& c : other.p_.cells) {
    while (a != p_.cells.end() && a->index < c.index) both.push_back(*a++);
    both.push_back(c);
    if (a != p_.cells.end() && a->index == c.index) both.back().count += (a++)->count;
  }
  both.insert(both.end(), a, p_.cells.end());
  p_.cells = std::move(both);
  p_.least = count_ == 0 ? other.p_.least : std::min(p_.least, other.p_.least);
  p_.most = std::max(p_.most, other.p_.most);
  p_.sum += other.p_.sum;
  count_ += other.count_;
}

std::uint64_t spread::percentile(double percent) const {
  if (count_ == 0) return 0;
  const auto share = std::clamp(percent, 0.0, 100.0) / 100.0;
  const auto wanted = std::max<std::uint64_t>(
      1, std::min(count_, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)))));
  std::uint64_t seen = 0;
  for (const auto& c : p_.cells) {
    seen += c.count;
    if (seen >= wanted) return std::clamp(last_of(c.index), p_.least, p_.most);
  }
  return p_.most;
}

}  // namespace switchboard::domain::reports
