#pragma once
// What a process did to the files below one directory, as the shim (shim/power_shim.cpp) wrote it down, and what
// of it was made durable. kill -9 leaves the page cache as it is; from this record and the directory,
// power_cut.hpp makes what a disk could hold after the power went.
//
// record := line*
// line   := number ("\t" field)* "\n", the fields by the word that is the first of them:
//   file     ino size path         was there, and durable, before the process began; number 0
//   dir      ino path              likewise
//   create   ino path              a new file
//   mkdir    ino path
//   link     ino path              one more name
//   rename   ino from to saved     `saved`: name below <record>.gone of what `to` was before, "-": nothing
//   unlink   ino path saved        `saved`: likewise of what it was
//   rmdir    ino path
//   truncate ino size
//   over     ino offset old        bytes in place of others; `old` in hexadecimal
//   sync     ino size begun        fsync or fdatasync of a file that had this size when it began
//   syncdir  ino begun
//
// A number is drawn when the operation is over. `begun` is the last that was drawn before the sync began:
// operations up to it are durable, later ones may have come too late. What is removed is kept by a hard link,
// so no inode's number is used twice within a record.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::faults {

/// One change of a directory's names.
struct name_operation {
  enum class kind { create, mkdir, link, rename, unlink, rmdir };
  std::uint64_t number = 0;
  kind what = kind::create;
  std::uint64_t inode = 0;
  std::filesystem::path path;  ///< rename: the new name
  std::filesystem::path from;  ///< rename: the old name
  std::string saved;           ///< empty: nothing was replaced or removed
  bool durable = false;
};

struct overwriting {
  std::uint64_t number = 0;
  std::uint64_t offset = 0;
  std::string old;
};

/// What of a file is durable.
struct file_record {
  std::uint64_t size = 0;
  std::vector<overwriting> unsynced;  ///< below that size, by number
};

struct power_record {
  std::vector<name_operation> names;  ///< by number
  std::map<std::uint64_t, file_record> files;
  std::uint64_t operations = 0;  ///< the last number
  std::uint64_t syncs = 0, overwrites = 0;
};

/// The lines for what is there, written to a new file `record` as the beginning of a record. Nothing may change
/// below `root` meanwhile.
void begin_record(const std::filesystem::path& record, const std::filesystem::path& root);

/// Throws std::runtime_error on what is no record. A last line without its end (the process was killed while it
/// was written) doesn't count.
[[nodiscard]] power_record parse_record(std::string_view text);

}  // namespace switchboard::faults
