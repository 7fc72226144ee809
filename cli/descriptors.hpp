#pragma once
// File descriptors: connections and storage take them from one limit of the process, and storage that gets none
// ends the node. So storage's share is set aside first, and connections get what is left.

#include <cstdint>
#include <filesystem>

namespace switchboard::cli {

struct descriptor_plan {
  std::uint64_t wanted = 0;       ///< what the process needs for all of its configured connections
  std::uint32_t connections = 0;  ///< how many the limit allows, at most what was configured
};

/// `limit`: descriptors that the process may have. `view_files`: tables that the views consist of now. Pure.
[[nodiscard]] descriptor_plan plan_descriptors(std::uint64_t limit, std::uint32_t connections_max,
                                               std::uint64_t view_files);

/// How many tables the views below this data directory have; 0 if there is none yet.
[[nodiscard]] std::uint64_t count_view_files(const std::filesystem::path& data_dir);

/// Raises the process's soft limit to its hard one. Returns the limit that then holds.
[[nodiscard]] std::uint64_t raise_descriptor_limit();

}  // namespace switchboard::cli
