#include "storage/report_bytes.hpp"

#include "storage/views_store.hpp"

#include <array>
#include <cstdint>

namespace switchboard::storage {
namespace {

using domain::reports::clock_figures;
using domain::reports::spread;

/// Seven bits a byte, the low ones first; the eighth says that more follow.
void append_varint(std::string& row, std::uint64_t n) {
  for (; n >= 0x80; n >>= 7) row += static_cast<char>(n | 0x80);
  row += static_cast<char>(n);
}

bool take_varint(std::string_view& from, std::uint64_t& n) {
  n = 0;
  for (unsigned shift = 0; shift < 64 && !from.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    if (shift == 63 && byte > 1) return false;
    n |= static_cast<std::uint64_t>(byte & 0x7fu) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

template <class Clock>
auto counts_of(Clock& c) {
  return std::array{&c.met, &c.missed, &c.breached, &c.cancelled, &c.by_bots, &c.again};
}

void append_clock(std::string& row, const clock_figures& c) {
  row += static_cast<char>(c.what);
  for (const auto* n : counts_of(c)) append_varint(row, *n);
  const auto& times = c.times.all();
  for (const auto n : {times.sum, times.least, times.most, std::uint64_t{times.cells.size()}})
    append_varint(row, n);
  std::uint32_t before = 0;
  for (const auto& cell : times.cells) {
    append_varint(row, cell.index - before);
    append_varint(row, cell.count);
    before = cell.index;
  }
}

bool read_clock(std::string_view& from, clock_figures& c) {
  if (from.empty() || static_cast<unsigned char>(from.front()) >= domain::sla::metric_count) return false;
  c.what = static_cast<domain::sla::metric>(from.front());
  from.remove_prefix(1);
  for (auto* n : counts_of(c)) {
    if (!take_varint(from, *n)) return false;
  }
  spread::parts times;
  std::uint64_t cells = 0;
  for (auto* n : {&times.sum, &times.least, &times.most, &cells}) {
    if (!take_varint(from, *n)) return false;
  }
  if (cells > from.size()) return false;  // each takes two bytes
  times.cells.reserve(cells);
  std::uint64_t index = 0;
  for (std::uint64_t i = 0; i < cells; ++i) {
    std::uint64_t step = 0, count = 0;
    if (!take_varint(from, step) || !take_varint(from, count)) return false;
    index += step;
    if (index > UINT32_MAX) return false;
    times.cells.push_back({.index = static_cast<std::uint32_t>(index), .count = count});
  }
  auto whole = spread::of(std::move(times));
  if (!whole) return false;
  c.times = std::move(*whole);
  return true;
}

}  // namespace

void append_report(std::string& row, const report_figures& f) {
  row += row_version;
  for (const auto n : {std::uint64_t{f.through}, f.figures.created, f.figures.reopened, f.figures.resolved})
    append_varint(row, n);
  for (const auto& c : f.figures.clocks) append_clock(row, c);
}

bool read_report(std::string_view row, report_figures& f) {
  f = {};
  if (row.empty() || row.front() != row_version) return false;
  row.remove_prefix(1);
  for (auto* n : {&f.through, &f.figures.created, &f.figures.reopened, &f.figures.resolved}) {
    if (!take_varint(row, *n)) return false;
  }
  while (!row.empty()) {
    auto& clocks = f.figures.clocks;
    clock_figures c;
    if (!read_clock(row, c) || (!clocks.empty() && clocks.back().what >= c.what)) return false;
    clocks.push_back(std::move(c));
  }
  return true;
}

}  // namespace switchboard::storage
