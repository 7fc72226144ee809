// batch    := header record{count} checksum: u64
// header   := version: u8 (1)  epoch: u64  first: u64  at: i64  count: u32
// record   := length: u32  partition: u16  bytes: length bytes (the event's JSON, cursor written in)
// checksum := XXH3-64 of all bytes before it
// Numbers are little-endian. `at` is in microseconds since the Unix epoch and stands in the header so that
// retention by time needs no JSON. The key of a batch is `first`, 8 bytes big-endian.

#include "storage/journal_batch.hpp"

#include "storage/bytes.hpp"
#include "storage/hash.hpp"

#include <xxhash.h>

#include <memory>

namespace switchboard::storage {
namespace {

constexpr std::uint8_t batch_version = 1;
constexpr std::size_t header_size = 1 + 8 + 8 + 8 + 4;
constexpr std::size_t record_head_size = 4 + 2;
constexpr std::size_t checksum_size = 8;

struct state_deleter {
  void operator()(XXH3_state_t* s) const { XXH3_freeState(s); }
};

/// XXH3-64 over parts. The state is 576 bytes and aligned: one a thread.
std::uint64_t checksum_of(std::span<const std::string_view> parts) {
  static thread_local const std::unique_ptr<XXH3_state_t, state_deleter> state(XXH3_createState());
  XXH3_64bits_reset(state.get());
  for (const std::string_view part : parts) XXH3_64bits_update(state.get(), part.data(), part.size());
  return XXH3_64bits_digest(state.get());
}

unexpected<batch_error> bad(std::string_view what, std::size_t at) {
  return unexpected(batch_error{std::string(what) + " at byte " + std::to_string(at) + " of the batch"});
}

}  // namespace

expected<batch_view, batch_error> parse_batch(std::string_view value) {
  if (value.size() < header_size + checksum_size) return bad("cut short", value.size());
  const std::size_t end = value.size() - checksum_size;
  if (const auto version = static_cast<std::uint8_t>(value[0]); version != batch_version)
    return bad("version " + std::to_string(version) + ", not " + std::to_string(batch_version) + ",", 0);
  if (get_u64(value.data() + end) != checksum(value.substr(0, end))) return bad("wrong checksum", end);

  batch_view batch;
  batch.epoch = get_u64(value.data() + 1);
  batch.first = get_u64(value.data() + 9);
  batch.at =
      domain::timestamp(std::chrono::microseconds(static_cast<std::int64_t>(get_u64(value.data() + 17))));
  const std::uint32_t count = get_u32(value.data() + 25);
  if (count == 0 || count > (end - header_size) / record_head_size) return bad("impossible count", 25);
  batch.records.reserve(count);
  std::size_t at = header_size;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (end - at < record_head_size) return bad("record cut short", at);
    const std::uint32_t length = get_u32(value.data() + at);
    const std::uint16_t partition = get_u16(value.data() + at + 4);
    at += record_head_size;
    if (end - at < length) return bad("record longer than its batch", at);
    batch.records.push_back({value.substr(at, length), partition});
    at += length;
  }
  if (at != end) return bad("bytes behind the last record", at);
  return batch;
}

std::uint64_t batch_writer::size_of(std::span<const record_ptr> records) {
  std::uint64_t size = header_size + checksum_size;
  for (const record_ptr& r : records) size += record_head_size + r->bytes.size();
  return size;
}

std::span<const std::string_view> batch_writer::lay_out(std::uint64_t epoch, domain::timestamp at,
                                                        std::span<const record_ptr> records) {
  frames_.resize(header_size + records.size() * record_head_size + checksum_size);
  char* out = frames_.data();
  parts_.clear();
  parts_.reserve(2 * records.size() + 2);

  out[0] = static_cast<char>(batch_version);
  put_u64(out + 1, epoch);
  put_u64(out + 9, records.front()->sequence);
  put_u64(out + 17, static_cast<std::uint64_t>(at.time_since_epoch().count()));
  put_u32(out + 25, static_cast<std::uint32_t>(records.size()));
  std::size_t pending = header_size;  // bytes at `out` not yet in parts_: joined with the record head behind
  for (const record_ptr& r : records) {
    put_u32(out + pending, static_cast<std::uint32_t>(r->bytes.size()));
    put_u16(out + pending + 4, r->partition);
    parts_.emplace_back(out, pending + record_head_size);
    parts_.emplace_back(r->bytes);
    out += pending + record_head_size;
    pending = 0;
  }
  put_u64(out, checksum_of(parts_));
  parts_.emplace_back(out, checksum_size);
  return parts_;
}

}  // namespace switchboard::storage
