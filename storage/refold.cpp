#include "storage/refold.hpp"

#include "domain/kill_point.hpp"
#include "storage/exit_codes.hpp"

namespace switchboard::storage {
namespace {

constexpr std::size_t refold_batch = 4096;
constexpr std::size_t refold_bytes = 16u << 20;

/// Folding reads rows, too: a damaged one is damage (and will be tomorrow), a full disk is not.
open_error not_folded(const std::string& what, const std::string& data_dir) {
  const bool is_damage =
      what.find("Corruption") != std::string::npos || what.find("No such file") != std::string::npos;
  if (!is_damage) return {exit_failed, "views: " + what};
  return {exit_unusable_data, "views are damaged: " + what + "; remove " + data_dir +
                                  "/views to fold them again, if the journal still holds everything from its "
                                  "first event, or restore a backup (see switchboard verify)"};
}

}  // namespace

expected<void, open_error> refold_views(const event_log& log, views& v, const std::string& data_dir) {
  if (v.reached() > log.last()) {
    // Also where the journal's loss was accepted: its next events would be taken for those that the views have.
    const std::string fix =
        log.earliest() == 1
            ? "; remove the folder " + data_dir + "/views: it is folded anew from what is left"
            : "; restore " + data_dir + " from a backup: what is left is no longer all";
    return unexpected{open_error{
        exit_unusable_data, "views show event " + std::to_string(v.reached()) + " but the journal ends at " +
                                std::to_string(log.last()) + ": the journal has lost events" + fix}};
  }
  if (v.applied() + 1 < log.earliest()) {
    return unexpected{open_error{exit_unusable_data,
                                 "views end at event " + std::to_string(v.applied()) +
                                     " but the journal starts at " + std::to_string(log.earliest()) +
                                     ": the views are damaged; restore " + data_dir + " from a backup"}};
  }
  while (v.applied() < log.last()) {
    auto read = log.read(every_partition, v.applied(), refold_batch, refold_bytes);
    if (read.result != log_result::ok || read.records.empty()) {
      return unexpected{
          open_error{exit_unusable_data, "journal, behind event " + std::to_string(v.applied()) + ": " +
                                             (read.detail.empty() ? "nothing to read" : read.detail)}};
    }
    if (const auto done = v.apply(read.records); !done) {
      return unexpected(not_folded(done.error().what, data_dir));
    }
    SWITCHBOARD_KILL_POINT("recovery-refolding");
  }
  return {};
}

}  // namespace switchboard::storage
