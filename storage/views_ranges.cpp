#include "storage/views_ranges.hpp"

#include <algorithm>

namespace switchboard::storage {
namespace {

constexpr std::size_t chunk_max = 256;

}  // namespace

merged_ranges::merged_ranges(const views_store& store, column c, std::vector<key_range> ranges,
                             std::string_view after)
    : store_(store), column_(c), rows_(store.rows(c)) {
  sources_.reserve(ranges.size());
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    source s;
    s.range = std::move(ranges[i]);
    s.index = i;
    s.from = s.range.prefix;
    if (!after.empty()) {
      const auto rank = after.substr(0, s.range.rank.size());
      if (rank > s.range.rank) continue;  // all of it lies before
      if (rank == s.range.rank) {
        s.from += after.substr(rank.size());
        s.from += '\0';  // the least key behind it
      }
    }
    sources_.push_back(std::move(s));
  }
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    refill(sources_[i]);
    if (!sources_[i].rows.empty()) heap_.push_back(i);
  }
  std::make_heap(heap_.begin(), heap_.end(), [this](auto a, auto b) { return later(a, b); });
}

bool merged_ranges::later(std::size_t a, std::size_t b) const {
  return sources_[a].rows.front().first > sources_[b].rows.front().first;
}

void merged_ranges::refill(source& s) {
  for (rows_->Seek(s.from); rows_->Valid() && s.rows.size() < s.chunk; rows_->Next()) {
    const auto key = rows_->key().ToStringView();
    if (!key.starts_with(s.range.prefix)) break;
    s.from.assign(key);
    s.rows.emplace_back(s.range.rank + std::string(key.substr(s.range.prefix.size())),
                        rows_->value().ToString());
  }
  store_.check(*rows_, column_);
  s.exhausted = s.rows.size() < s.chunk;
  s.from += '\0';
  s.chunk = std::min(s.chunk * 4, chunk_max);
}

std::optional<merged_row> merged_ranges::next() {
  if (heap_.empty()) return std::nullopt;
  const auto order = [this](auto a, auto b) { return later(a, b); };
  std::pop_heap(heap_.begin(), heap_.end(), order);
  const auto index = heap_.back();
  auto& s = sources_[index];
  merged_row row{std::move(s.rows.front().first), std::move(s.rows.front().second), s.index};
  s.rows.pop_front();
  if (s.rows.empty() && !s.exhausted) refill(s);
  if (s.rows.empty()) {
    heap_.pop_back();
  } else {
    std::push_heap(heap_.begin(), heap_.end(), order);
  }
  return row;
}

}  // namespace switchboard::storage
