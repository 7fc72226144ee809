#pragma once
// The hashes that name things on disk. Keyed with the data directory's seed where a stranger chooses the input.

#include "domain/ids.hpp"
#include "domain/model.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace switchboard::storage {

/// XXH3-128, keyed, over the length-prefixed parts: no two (account, kind, key) run together.
[[nodiscard]] domain::thread_id thread_hash(std::uint64_t seed, std::string_view account,
                                            domain::thread_kind kind, std::string_view thread_key);
/// "cu_" + base32 of XXH3-128, keyed, over account and the platform's user id.
[[nodiscard]] domain::customer_id customer_hash(std::uint64_t seed, std::string_view account,
                                                std::string_view platform_user_id);
/// XXH64(thread) % partitions, seed 0 (fixed by the architecture).
[[nodiscard]] std::uint16_t partition_of(domain::thread_id t, std::uint16_t partitions);
/// Dedup key within a thread: XXH3-64, keyed, over the length-prefixed parts.
[[nodiscard]] std::uint64_t fingerprint(std::uint64_t seed, std::string_view kind,
                                        std::string_view platform_id, std::string_view version);
/// "dl_" + base32 of XXH3-128, keyed, over source, detail and raw bytes: a redelivered dead letter has the
/// same id.
[[nodiscard]] domain::dead_letter_id dead_letter_hash(std::uint64_t seed, std::string_view source,
                                                      std::string_view detail, std::string_view raw);
/// For checksums of our own records.
[[nodiscard]] std::uint64_t checksum(std::string_view bytes);

/// The same checksum over bytes that come in pieces. One thread.
class running_checksum {
 public:
  running_checksum();
  running_checksum(const running_checksum&) = delete;
  running_checksum& operator=(const running_checksum&) = delete;
  ~running_checksum();
  void add(std::string_view bytes);
  [[nodiscard]] std::uint64_t value() const;  ///< of all that was added so far

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace switchboard::storage
