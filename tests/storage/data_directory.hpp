#pragma once
// A whole data directory, journal and views, as an engine that was killed leaves it; and what a start and a full
// walk through it find: everything that was acknowledged, or a refusal.

#include "storage/journal.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::storage::testing {

enum class shape : std::uint8_t {
  tail,     ///< most of the journal in its WAL, the views a good way behind
  files,    ///< the journal in many files, the views written several times
  trimmed,  ///< as files, and the journal trimmed: the older history is in the views only
};

inline constexpr log_sequence acknowledged = 1200;

/// Fills a new directory. Journal and views stay open: to be called in a process that ends without closing them.
void build_data_directory(const std::string& data_dir, shape s);

/// Every row of the views, as pairs of column and key, and value.
using view_rows = std::vector<std::pair<std::string, std::string>>;

/// What an undamaged directory of this shape shows.
struct whole {
  log_sequence earliest = 1;
  view_rows rows;
};
/// Of a directory that is used up by it: journal and views are opened as a start does.
[[nodiscard]] whole look_at(const std::string& data_dir, shape s);

enum class verdict : std::uint8_t {
  everything_there,
  refused,        ///< with exit code 74, and a file or folder was named
  refused_badly,  ///< with another code, or without a name
  silent_loss,    ///< it was opened, and something acknowledged is missing or another
};

struct judgement {
  verdict is = verdict::silent_loss;
  std::string said;
};

/// Opens the directory for writing, as `serve` does, then reads everything, as `verify` does.
[[nodiscard]] judgement judge(const std::string& data_dir, shape s, const whole& expected,
                              bool accept_loss = false);

/// What may be damaged, by the kind of file.
enum class kind_of_file : std::uint8_t {
  wal,
  manifest,
  current,
  table,
  blob,
  options,
  identity,
  watermark,
  other
};
[[nodiscard]] kind_of_file kind_of(const std::string& path);
[[nodiscard]] std::string_view to_word(kind_of_file k);

/// Damages one thing below `directory`: flips a bit, zeroes 4 KiB, cuts, doubles a block, removes, swaps with
/// another file. Each kind of file that there is has the same chance. Says what, for the failure's message.
/// `only`: this kind.
[[nodiscard]] std::string damage(const std::string& directory, std::uint64_t seed);
[[nodiscard]] std::string damage(const std::string& directory, std::uint64_t seed, kind_of_file only);

/// Copies the files of a directory; LOG and LOCK files aside.
void copy_directory(const std::string& from, const std::string& to);

/// A directory in memory where the machine has such a place: many copies are made, and none must outlive a power cut.
class scratch_directory {
 public:
  scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  ~scratch_directory();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace switchboard::storage::testing
