#pragma once
// Calls that fail as a broken or full disk makes them: which, and how, SWITCHBOARD_FAIL says.
//
//   fault := operation ":" how ":" first ":" times
//   operation  write | pwrite | fdatasync | fsync | open | rename | ftruncate | any; open: one that may create
//   how        EIO | ENOSPC | EINTR | SHORT (write and pwrite only: half of the bytes)
//   first      from the so-manieth call on, those below the root counted
//   times      once | ever; EINTR and SHORT for ever: each second call, else nothing would ever be written
//
// The first that fails leaves a line in SWITCHBOARD_FAIL_NOTE, before the caller learns of it:
//   ms "\t" operation "\t" path "\n"       ms: of the steady clock
//
// Nothing here allocates (watched.hpp).

#include <cstddef>

namespace switchboard::faults::shim {

enum class operation { write, pwrite, fdatasync, fsync, open, rename, ftruncate };

/// Aborts on what is no fault. Null: none.
void begin_failing(const char* fault, const char* note);

/// Does any call of this kind fail, ever? Cheap.
[[nodiscard]] bool may_fail(operation o);
/// Counts this call. 0: it shall be done; else it shall fail with this errno.
[[nodiscard]] int fails(operation o, const char* path);
/// Of a write: how many of `count` bytes shall be written; 0: none, it shall fail with `error`.
[[nodiscard]] std::size_t writes(operation o, const char* path, std::size_t count, int& error);

}  // namespace switchboard::faults::shim
