#pragma once
// The file <data_dir>/identity: what was fixed when the directory was created. Its presence says that the
// creation was finished: the journal and the watermark must be there too.

#include "domain/expected.hpp"
#include "storage/journal.hpp"

#include <string>

namespace switchboard::storage {

inline constexpr std::uint32_t identity_format = 1;

[[nodiscard]] std::string identity_path(const std::string& data_dir);

/// A new one, its seed and tag drawn from the system's randomness.
[[nodiscard]] identity draw_identity(std::uint16_t partitions);

[[nodiscard]] std::string identity_text(const identity& i);
/// `path` is only for the message. Exit code 74: damaged, or of a newer format than this build reads.
[[nodiscard]] expected<identity, open_error> parse_identity(std::string_view text, const std::string& path);

[[nodiscard]] expected<identity, open_error> load_identity(const std::string& data_dir);
[[nodiscard]] expected<void, open_error> store_identity(const std::string& data_dir, const identity& i);

}  // namespace switchboard::storage
