// manifest := block*, of 32 KiB, the last one shorter
// block    := line* and up to 6 bytes of nothing
// line     := checksum: u32 (CRC-32C of kind and payload, masked) size: u16 kind: u8 payload
// kind     := 1: a whole entry; 2, 3, 4: its first, a middle, its last part; 0 with zeros all over: not written yet
// That is RocksDB's log format; its own reader of it is not for others.

#include "storage/torn_manifest.hpp"

#include "storage/bytes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace switchboard::storage {
namespace {

constexpr std::size_t block_size = 32 << 10;
constexpr std::size_t head_size = 7;
constexpr std::size_t manifest_bytes_max = 256ull << 20;
constexpr std::uint8_t kind_whole = 1, kind_last = 4;

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1u) != 0 ? 0x82F63B78u : 0u);
    table[i] = c;
  }
  return table;
}();

std::uint32_t masked_crc(std::string_view bytes) {
  std::uint32_t c = 0xFFFFFFFFu;
  for (const char b : bytes) c = crc_table[(c ^ static_cast<std::uint8_t>(b)) & 0xFFu] ^ (c >> 8);
  c ^= 0xFFFFFFFFu;
  return ((c >> 15) | (c << 17)) + 0xA282EAD8u;
}

/// The size of the whole line that starts here, head included; 0: there is none.
std::size_t line_at(std::string_view manifest, std::size_t at) {
  const std::size_t room = std::min(manifest.size(), (at / block_size + 1) * block_size) - at;
  if (room < head_size) return 0;
  const auto line = manifest.substr(at, room);
  const auto kind = static_cast<std::uint8_t>(line[6]);
  const std::size_t size = head_size + get_u16(line.data() + 4);
  if (kind < kind_whole || kind > kind_last || size > room) return 0;
  return get_u32(line.data()) == masked_crc(line.substr(6, size - 6)) ? size : 0;
}

/// Where the manifest of a database lies; empty: nowhere.
std::string manifest_path(const std::string& database) {
  constexpr std::size_t name_max = 64;
  auto name = read_small_file(database + "/CURRENT", name_max);
  if (!name || !name->starts_with("MANIFEST-") || name->back() != '\n') return {};
  name->pop_back();
  return database + "/" + *name;
}

}  // namespace

std::optional<std::uint64_t> find_torn_end(std::string_view manifest) {
  std::size_t at = 0, whole = 0;
  while (at < manifest.size()) {
    const std::size_t left = block_size - at % block_size;
    if (left < head_size) {
      at += left;
      continue;
    }
    const std::size_t size = line_at(manifest, at);
    if (size == 0) break;
    const auto kind = static_cast<std::uint8_t>(manifest[at + 6]);
    at += size;
    if (kind == kind_whole || kind == kind_last) whole = at;
  }
  if (whole == 0 || at >= manifest.size()) return std::nullopt;
  for (std::size_t later = at + 1; later < manifest.size(); ++later)
    if (line_at(manifest, later) != 0) return std::nullopt;
  return whole;
}

std::optional<torn_manifest> torn_manifest::find(const std::string& database) {
  auto path = manifest_path(database);
  if (path.empty()) return std::nullopt;
  const file_descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto size = file ? ::lseek(file.get(), 0, SEEK_END) : -1;
  if (size < 0) return std::nullopt;
  if (static_cast<std::size_t>(size) > manifest_bytes_max) return std::nullopt;
  const auto bytes = read_small_file(path, static_cast<std::size_t>(size));
  if (!bytes) return std::nullopt;
  const auto whole = find_torn_end(*bytes);
  if (!whole) return std::nullopt;
  return torn_manifest(std::move(path), *whole, bytes->substr(*whole));
}

expected<void, file_error> torn_manifest::cut() const {
  const file_descriptor file(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || uninterrupted([&] { return ::ftruncate(file.get(), static_cast<off_t>(whole_)); }) != 0 ||
      !sync_file(file.get()))
    return unexpected(last_file_error(path_, "cut the torn end off"));
  return {};
}

expected<void, file_error> torn_manifest::put_back() const {
  const file_descriptor file(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
  const auto size = static_cast<ssize_t>(end_.size());
  if (!file || ::pwrite(file.get(), end_.data(), end_.size(), static_cast<off_t>(whole_)) != size ||
      !sync_file(file.get()))
    return unexpected(last_file_error(path_, "put back the torn end"));
  return {};
}

}  // namespace switchboard::storage
