#pragma once
// A copy of a data directory that is whole: taken beside a running engine, or of a stopped one, and put back.
//
// What is in it: the journal, the views, the identity, and a watermark that this journal satisfies. The views
// belong to it although they can be folded anew: once the journal was trimmed only they have the older history.
// Their files are taken as they lie on the disk, as a crash would leave them, and before the journal's: so the
// journal has everything that they lack, and the next start folds it in. Nothing is flushed and nobody waits.

#include "domain/expected.hpp"
#include "storage/backup_copy.hpp"
#include "storage/backup_manifest.hpp"
#include "storage/journal.hpp"
#include "storage/views.hpp"

#include <string>

namespace switchboard::storage {

/// Of a running engine, into the new or empty directory `to`. Commits wait only while the files are listed: no
/// flush, no copying under a lock. Tables on the same file system are linked, all else is copied; every byte is
/// read once for its checksum. Any thread; the journal and the views must outlive the call.
/// Error: exit code 1, a sentence that names the file; what was made of `to` is removed again.
[[nodiscard]] expected<backup_manifest, open_error> back_up(const journal& log, const views& rows,
                                                            const std::string& to,
                                                            const copy_watch& watch = {});

/// Of a directory that no engine has open, which is kept out meanwhile. 74: its journal is damaged.
[[nodiscard]] expected<backup_manifest, open_error> back_up_stopped(const std::string& data_dir,
                                                                    const std::string& to,
                                                                    const copy_watch& watch = {});

/// Reads every file and holds it against the manifest; then opens the journal among them, reading only. 74: a file
/// is missing, is of another size or has other bytes: named.
[[nodiscard]] expected<backup_manifest, open_error> check_backup(const std::string& backup,
                                                                 const copy_watch& watch = {});

/// Makes a data directory of a backup. Nothing is created before check_backup() was content; while it is
/// copied each byte is checked once more. `data_dir` must be new or empty. If the machine stops in between,
/// no engine opens what is there, and the same call does it over.
[[nodiscard]] expected<backup_manifest, open_error> restore(const std::string& backup,
                                                            const std::string& data_dir,
                                                            const copy_watch& watch = {});

}  // namespace switchboard::storage
