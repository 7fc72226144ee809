#pragma once
// Recorded webhook bodies as a person keeps them: files, folders of files, NDJSON with one body a line.

#include "domain/expected.hpp"

#include <cstdint>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::cli {

struct payload {
  std::string body;   ///< the exact bytes to sign and send; of NDJSON the line without its end
  std::string where;  ///< file, or file:line
};

/// Hands out one body after the other. Thread-safe; holds one line or file at a time, so that a capture larger
/// than memory can be delivered.
class payload_source {
 public:
  static constexpr std::uint64_t body_bytes_max = 64ull << 20;  ///< larger files are refused when opened

  /// Folders are searched for *.json and *.ndjson, sorted by path. The error names the path.
  [[nodiscard]] static expected<std::unique_ptr<payload_source>, std::string> open(
      const std::vector<std::string>& paths, std::uint32_t repeat);

  /// nullopt: no more, or failed().
  [[nodiscard]] std::optional<payload> next();
  /// Why a file could not be read after all. Ask once next() gave nothing.
  [[nodiscard]] std::optional<std::string> failed();

  [[nodiscard]] std::size_t files() const { return files_.size(); }
  [[nodiscard]] std::uint64_t bytes_total() const { return bytes_total_; }  ///< over all repeats
  [[nodiscard]] std::uint64_t bytes_read();

 private:
  payload_source() = default;
  [[nodiscard]] std::optional<payload> next_line();

  std::vector<std::string> files_;
  std::uint64_t bytes_total_ = 0;

  std::mutex mutex_;  ///< guards everything below
  std::size_t at_ = 0;
  std::uint32_t rounds_left_ = 1;
  std::uint64_t bytes_read_ = 0;
  std::ifstream lines_;
  std::uint64_t line_ = 0;
  std::optional<std::string> failed_;
};

}  // namespace switchboard::cli
