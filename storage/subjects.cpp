#include "storage/subjects.hpp"

#include "storage/hash.hpp"

#include <algorithm>

namespace switchboard::storage {
namespace {

/// As encode() begins every event.
constexpr std::string_view event_begins = "{\"specversion\":\"1.0\",\"id\":\"e_";
constexpr std::size_t prefix_of_id = 3;  ///< "cu_", "dl_"
constexpr std::size_t bits_of_one = 10;
constexpr int probes = 6;

/// Calls `bit` with each place of the subject until it says false.
template <class Bit>
bool each_place(std::uint64_t hash, std::size_t bits, Bit&& bit) {
  const std::uint64_t step = hash >> 32 | 1;
  for (int i = 0; i < probes; ++i, hash += step * 0x9e3779b97f4a7c15ull) {
    if (!bit(static_cast<std::size_t>((hash ^ hash >> 29) % bits))) return false;
  }
  return true;
}

}  // namespace

std::string_view subject_of(std::string_view bytes, std::string_view& rest) {
  if (!bytes.starts_with(event_begins)) return {};
  rest = bytes.substr(event_begins.size());
  const bool is_thread = rest.size() <= prefix_of_id || rest[prefix_of_id - 1] != '_';
  const auto id = rest.substr(0, is_thread ? digits_of_subject : prefix_of_id + digits_of_subject);
  rest.remove_prefix(id.size());
  return id;
}

std::uint64_t subject_hash(std::string_view subject) {
  return checksum(subject);
}

std::string_view subject_filter::of(std::span<const record_ptr> records) {
  hashes_.clear();
  for (const auto& r : records) {
    std::string_view rest;
    const auto subject = subject_of(r->bytes, rest);
    if (subject.empty()) continue;
    const auto hash = subject_hash(subject);
    // What one decision changed lies together.
    if (hashes_.empty() || hashes_.back() != hash) hashes_.push_back(hash);
  }
  bits_.assign((hashes_.size() * bits_of_one + 7) / 8, '\0');
  for (const auto hash : hashes_) {
    each_place(hash, bits_.size() * 8, [this](std::size_t at) {
      bits_[at / 8] = static_cast<char>(static_cast<unsigned char>(bits_[at / 8]) | 1u << at % 8);
      return true;
    });
  }
  return bits_;
}

bool may_hold_any(std::string_view filter, std::span<const std::uint64_t> subjects) {
  if (filter.empty()) return false;
  return std::any_of(subjects.begin(), subjects.end(), [filter](std::uint64_t hash) {
    return each_place(hash, filter.size() * 8, [filter](std::size_t at) {
      return (static_cast<unsigned char>(filter[at / 8]) >> at % 8 & 1u) != 0;
    });
  });
}

}  // namespace switchboard::storage
