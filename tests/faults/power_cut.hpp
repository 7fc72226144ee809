#pragma once
// Makes of a directory, left by a process that was killed, what a disk could hold had the power gone at that
// moment: what was synced is there, of the rest whatever the plan says.
//
// What a disk may do to us here: keep of a file any length from the synced one to the present one, with zeros or
// noise in what never reached it; keep or lose each file's last overwritings in place (a piece within a sector
// wholly or not at all); keep of a directory's last changes of names only the first few. What it may not, and a
// journalling file system on an honest disk does not: change what is synced, keep a later change of a directory
// without an earlier one.

#include "power_record.hpp"

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::faults {

/// Of the bytes that were not synced.
enum class tail { cut, prefix, zeros, garbage, kept, any /* one of them for each file */ };
/// Of the changes of names in a directory that was not synced since. Whatever goes, all later ones go with it:
/// RocksDB makes a MANIFEST, renames the CURRENT that names it, and only then syncs the directory of both.
enum class names {
  kept,
  first_few,       ///< any number of them is kept
  lost,            ///< all
  creations_lost,  ///< from the first file or directory that was made
  renames_lost,    ///< from the first rename: the old name is back, and what had the new one
};

struct cut_plan {
  faults::tail tail = tail::cut;
  faults::names names = names::kept;
};
[[nodiscard]] std::string to_text(cut_plan plan);
/// Each kind of loss by itself, then all together.
[[nodiscard]] std::vector<cut_plan> all_plans();

struct cut_report {
  std::size_t files_cut = 0;
  std::uint64_t bytes_lost = 0;  ///< cut off, or other than they were
  std::size_t overwritings_lost = 0;
  std::size_t names_lost = 0;
  /// Files that neither were there before nor are in the record: the shim missed how they came to be.
  std::vector<std::string> unrecorded;
};

/// `saved`: the folder of what was removed and replaced, <record>.gone. Changes nothing but `root` and what is
/// below it. Throws std::runtime_error when it can't do what it must.
cut_report cut_power(const power_record& record, const std::filesystem::path& root,
                     const std::filesystem::path& saved, cut_plan plan, std::mt19937_64& random);

}  // namespace switchboard::faults
