#pragma once
// Is a text anywhere in a directory? Looks at the bytes of each file, and into what a search of bytes passes over:
// zstd frames (the journal's batches, in whichever file they lie, referred to or not; of a write-ahead log once its
// fragments are joined) and the compressed blocks of tables.

#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <zstd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard {

/// Of a text that nothing else holds and no compressor finds twice. Letters and digits.
[[nodiscard]] inline std::string canary(std::uint64_t seed, std::size_t size = 40) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::mt19937_64 random(seed * 7919 + 17);
  std::string text;
  while (text.size() < size) text += letters[random() % letters.size()];
  return text;
}

namespace canaries {

/// A log file of RocksDB: blocks of 32 KiB of { checksum:4 length:2 kind:1 bytes }, the rest of a block is zero.
[[nodiscard]] inline std::string joined_log(std::string_view file) {
  constexpr std::size_t block = 32768, head = 7;
  std::string out;
  for (std::size_t at = 0; at + head <= file.size();) {
    const auto left = block - at % block;
    if (left < head) {
      at += left;
      continue;
    }
    const auto length = static_cast<std::size_t>(static_cast<unsigned char>(file[at + 4])) |
                        static_cast<std::size_t>(static_cast<unsigned char>(file[at + 5])) << 8;
    if (length == 0 && file[at + 6] == 0) {
      at += left;
      continue;
    }
    out += file.substr(at + head, length);
    at += head + length;
  }
  return out;
}

/// What all zstd frames in it hold, as far as each can be decompressed.
[[nodiscard]] inline std::string decompressed(std::string_view bytes) {
  constexpr std::string_view magic = "\x28\xb5\x2f\xfd";
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  std::string out, some(1 << 17, '\0');
  for (auto at = bytes.find(magic); at != std::string_view::npos; at = bytes.find(magic, at + 1)) {
    ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_only);
    ZSTD_inBuffer from{bytes.data() + at, bytes.size() - at, 0};
    for (;;) {
      ZSTD_outBuffer to{some.data(), some.size(), 0};
      const auto left = ZSTD_decompressStream(context.get(), &to, &from);
      if (ZSTD_isError(left)) break;
      out.append(some, 0, to.pos);
      if (left == 0 || (to.pos == 0 && from.pos == from.size)) break;
    }
    out += '\n';
  }
  return out;
}

[[nodiscard]] inline std::string rows_of_table(const std::string& path) {
  std::string out;
  rocksdb::SstFileReader reader{rocksdb::Options()};
  if (!reader.Open(path).ok()) return out;
  const std::unique_ptr<rocksdb::Iterator> rows(reader.NewIterator(rocksdb::ReadOptions()));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    out += rows->key().ToString() + '\n' + rows->value().ToString() + '\n';
  }
  return out;
}

}  // namespace canaries

/// "file: text" for each of the texts in each of the files below `directory`. A file that goes while it is looked for
/// is not there.
[[nodiscard]] inline std::vector<std::string> sightings(const std::filesystem::path& directory,
                                                        const std::vector<std::string>& texts) {
  std::vector<std::filesystem::path> files;
  std::error_code gone;
  std::filesystem::recursive_directory_iterator entry(directory, gone);
  for (; !gone && entry != std::filesystem::recursive_directory_iterator(); entry.increment(gone)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) files.push_back(entry->path());
  }
  std::vector<std::string> seen;
  for (const auto& path : files) {
    std::ifstream in(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const auto log = path.extension() == ".log" ? canaries::joined_log(bytes) : std::string();
    auto inside = log + canaries::decompressed(bytes) + canaries::decompressed(log);
    if (path.extension() == ".sst") inside += canaries::rows_of_table(path.string());
    for (const auto& text : texts) {
      if (bytes.find(text) != std::string::npos) {
        seen.push_back(path.string() + ": " + text);
      } else if (inside.find(text) != std::string::npos) {
        seen.push_back(path.string() + ", inside: " + text);
      }
    }
  }
  return seen;
}

}  // namespace switchboard
