// batch    := header filter body checksum: u64
// header   := version: u8 (3)  epoch: u64  first: u64  at: i64  count: u32  size: u32  filter_size: u32
// filter   := `filter_size` bytes: what the records are about (subjects.hpp), so that whoever looks for somebody's passes
//             over the other batches
// body     := one zstd frame of record{count}, `size` bytes
// record   := length: u32  partition: u16  bytes: length bytes (the event's JSON, cursor written in)
// checksum := XXH3-64 of all bytes before it
// Version 2, which is read too, has no filter and no size of one. Numbers are little-endian. `at` is in microseconds since the Unix epoch and stands in the header so that
// retention by time needs no JSON. The key of a batch is `first`, 8 bytes big-endian.
//
// Compressed once, before the WAL: events resemble each other, so a twentieth of the bytes is copied, summed,
// synced and moved to a blob file, for a microsecond an event. RocksDB would do it at the flush, behind all that.

#include "storage/journal_batch.hpp"

#include "storage/bytes.hpp"
#include "storage/hash.hpp"

#include <zstd.h>

#include <new>
#include <utility>

namespace switchboard::storage {
namespace {

constexpr std::uint8_t batch_version = 3;
constexpr std::uint8_t version_without_filter = 2;
constexpr std::size_t common_header_size = 1 + 8 + 8 + 8 + 4 + 4;
constexpr std::size_t header_size = common_header_size + 4;
constexpr std::size_t record_head_size = 4 + 2;
constexpr std::size_t checksum_size = 8;
/// Measured on batches of 64 KiB: level 1 at 1.2 GB/s to a 18th, level 3 at 1.0 GB/s to the same.
constexpr int level = 1;

unexpected<batch_error> bad(std::string_view what, std::size_t at) {
  return unexpected(batch_error{std::string(what) + " at byte " + std::to_string(at) + " of the batch"});
}

/// `result`: what zstd returned.
unexpected<batch_error> refused(std::string what, std::size_t result) {
  if (ZSTD_isError(result)) what.append(": ").append(ZSTD_getErrorName(result));
  return unexpected(batch_error{std::move(what)});
}

/// The records of a batch, decompressed, one behind the other.
expected<void, batch_error> take_records(std::string_view from, std::uint32_t count, batch_view& batch) {
  if (count == 0 || count > from.size() / record_head_size) return bad("impossible count", 25);
  batch.records.reserve(count);
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (from.size() - at < record_head_size) return bad("record cut short", at);
    const std::uint32_t length = get_u32(from.data() + at);
    const std::uint16_t partition = get_u16(from.data() + at + 4);
    at += record_head_size;
    if (from.size() - at < length) return bad("record longer than its batch", at);
    batch.records.push_back({from.substr(at, length), partition});
    at += length;
  }
  if (at != from.size()) return bad("bytes behind the last record", at);
  return {};
}

}  // namespace

void batch_reader::release::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}

void batch_writer::release::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

expected<batch_view, batch_error> batch_reader::parse(std::string_view value) {
  auto of = split(value);
  if (!of) return unexpected(std::move(of).error());
  return read_records(*std::move(of));
}

expected<batch_view, batch_error> batch_reader::parse(std::string_view value,
                                                      std::span<const std::uint64_t> subjects) {
  auto of = split(value);
  if (!of) return unexpected(std::move(of).error());
  if (of->has_filter && !may_hold_any(of->filter, subjects)) return std::move(of->head);
  return read_records(*std::move(of));
}

expected<batch_reader::parts, batch_error> batch_reader::split(std::string_view value) {
  if (value.size() < common_header_size + checksum_size) return bad("cut short", value.size());
  const std::size_t end = value.size() - checksum_size;
  const auto version = static_cast<std::uint8_t>(value[0]);
  if (version != batch_version && version != version_without_filter)
    return bad("version " + std::to_string(version) + ", not " + std::to_string(batch_version) +
                   ", so another build of Switchboard wrote it,",
               0);
  if (get_u64(value.data() + end) != checksum(value.substr(0, end))) return bad("wrong checksum", end);

  parts of;
  batch_view& batch = of.head;
  batch.epoch = get_u64(value.data() + 1);
  batch.first = get_u64(value.data() + 9);
  batch.at =
      domain::timestamp(std::chrono::microseconds(static_cast<std::int64_t>(get_u64(value.data() + 17))));
  batch.count = get_u32(value.data() + 25);
  if (batch.count == 0) return bad("impossible count", 25);
  of.size = get_u32(value.data() + 29);
  if (of.size > batch_bytes_max) return bad("impossible size", 29);
  of.has_filter = version == batch_version;
  of.body = value.substr(common_header_size, end - common_header_size);
  if (!of.has_filter) return of;
  if (end < header_size) return bad("cut short", value.size());
  const std::uint32_t filter_size = get_u32(value.data() + common_header_size);
  if (filter_size > end - header_size) return bad("impossible size of its filter", common_header_size);
  of.filter = value.substr(header_size, filter_size);
  of.body = value.substr(header_size + filter_size, end - header_size - filter_size);
  return of;
}

expected<batch_view, batch_error> batch_reader::read_records(parts&& of) {
  if (!decompressor_) decompressor_.reset(ZSTD_createDCtx());
  if (!decompressor_) throw std::bad_alloc();
  if (records_.size() < of.size) records_.resize(of.size);
  const auto got =
      ZSTD_decompressDCtx(decompressor_.get(), records_.data(), of.size, of.body.data(), of.body.size());
  if (got != of.size) return refused("records that do not decompress to their size", got);
  if (auto taken = take_records({records_.data(), of.size}, of.head.count, of.head); !taken)
    return unexpected(std::move(taken).error());
  return std::move(of.head);
}

std::uint64_t batch_writer::size_of(std::span<const record_ptr> records) {
  std::uint64_t size = 0;
  for (const record_ptr& r : records) size += record_head_size + r->bytes.size();
  return size;
}

expected<std::string_view, batch_error> batch_writer::lay_out(std::uint64_t epoch, domain::timestamp at,
                                                              std::span<const record_ptr> records) {
  if (!compressor_) {
    compressor_.reset(ZSTD_createCCtx());
    if (!compressor_) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(compressor_.get(), ZSTD_c_compressionLevel, level);
  }
  const std::uint64_t size = size_of(records);
  const auto filter = filter_.of(records);
  const std::size_t room = header_size + filter.size() + ZSTD_compressBound(size) + checksum_size;
  if (value_.size() < room) value_.resize(room);
  char* const out = value_.data();
  out[0] = static_cast<char>(batch_version);
  put_u64(out + 1, epoch);
  put_u64(out + 9, records.front()->sequence);
  put_u64(out + 17, static_cast<std::uint64_t>(at.time_since_epoch().count()));
  put_u32(out + 25, static_cast<std::uint32_t>(records.size()));
  put_u32(out + 29, static_cast<std::uint32_t>(size));
  put_u32(out + common_header_size, static_cast<std::uint32_t>(filter.size()));
  filter.copy(out + header_size, filter.size());
  const std::size_t body = header_size + filter.size();

  auto* const c = compressor_.get();
  ZSTD_outBuffer to{out + body, room - body - checksum_size, 0};
  std::size_t left = ZSTD_CCtx_reset(c, ZSTD_reset_session_only);
  if (!ZSTD_isError(left)) left = ZSTD_CCtx_setPledgedSrcSize(c, size);
  const auto add = [&](const char* bytes, std::size_t n, ZSTD_EndDirective then) {
    ZSTD_inBuffer from{bytes, n, 0};
    // The room is enough for all, so that each call takes what it is given.
    if (!ZSTD_isError(left)) left = ZSTD_compressStream2(c, &to, &from, then);
  };
  for (const record_ptr& r : records) {
    char head[record_head_size];
    put_u32(head, static_cast<std::uint32_t>(r->bytes.size()));
    put_u16(head + 4, r->partition);
    add(head, sizeof head, ZSTD_e_continue);
    add(r->bytes.data(), r->bytes.size(), ZSTD_e_continue);
  }
  add(nullptr, 0, ZSTD_e_end);
  if (left != 0) return refused("the batch could not be compressed", left);
  const std::size_t end = body + to.pos;
  put_u64(out + end, checksum({out, end}));
  return std::string_view(out, end + checksum_size);
}

}  // namespace switchboard::storage
