#pragma once
// What an event is about, and which batches of the journal may hold events about it. A record's bytes begin with its
// event's id, and that with the id of what it is about.
//
// filter := Bloom filter over the subjects' checksums: 10 bits for each, 6 of them set, the lowest bit of a byte first.
// Of a hundred batches without a subject it lets one pass.

#include "storage/record.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::storage {

/// 26 digits of a thread, or the whole id of a customer or letter; `rest`: what of the bytes comes behind it. Empty: these
/// are no event's.
[[nodiscard]] std::string_view subject_of(std::string_view bytes, std::string_view& rest);
inline constexpr std::size_t digits_of_subject = 26;  ///< of a thread; other subjects are longer

[[nodiscard]] std::uint64_t subject_hash(std::string_view subject);

/// Of a batch. One thread; reused.
class subject_filter {
 public:
  /// The filter of these records; it holds until the next call.
  [[nodiscard]] std::string_view of(std::span<const record_ptr> records);

 private:
  std::vector<std::uint64_t> hashes_;
  std::string bits_;
};

/// False: none of them is in the batch.
[[nodiscard]] bool may_hold_any(std::string_view filter, std::span<const std::uint64_t> subjects);

}  // namespace switchboard::storage
