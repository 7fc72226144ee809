#include "storage/refold.hpp"

#include "domain/kill_point.hpp"

namespace switchboard::storage {
namespace {

constexpr std::size_t refold_batch = 4096;
constexpr std::size_t refold_bytes = 16u << 20;

}  // namespace

expected<void, open_error> refold_views(const event_log& log, views& v, const std::string& data_dir) {
  if (v.reached() > log.last()) {
    // Also where the journal's loss was accepted: its next events would be taken for those that the views have.
    const std::string fix =
        log.earliest() == 1
            ? "; remove the folder " + data_dir + "/views: it is folded anew from what is left"
            : "; restore " + data_dir + " from a backup: what is left is no longer all";
    return unexpected{open_error{.damaged = true,
                                 .what = "views show event " + std::to_string(v.reached()) +
                                         " but the journal ends at " + std::to_string(log.last()) +
                                         ": the journal has lost events" + fix}};
  }
  if (v.applied() + 1 < log.earliest()) {
    return unexpected{open_error{.damaged = true,
                                 .what = "views end at event " + std::to_string(v.applied()) +
                                         " but the journal starts at " + std::to_string(log.earliest()) +
                                         ": the views are damaged; restore " + data_dir + " from a backup"}};
  }
  while (v.applied() < log.last()) {
    auto read = log.read(every_partition, v.applied(), refold_batch, refold_bytes);
    if (read.result != log_result::ok || read.records.empty()) {
      return unexpected{open_error{.damaged = read.result == log_result::ok || read.damaged,
                                   .what = "journal, behind event " + std::to_string(v.applied()) + ": " +
                                           (read.detail.empty() ? "nothing to read" : read.detail)}};
    }
    if (const auto done = v.apply(read.records); !done) {
      return unexpected(not_opened(done.error(), data_dir));
    }
    SWITCHBOARD_KILL_POINT("recovery-refolding");
  }
  return {};
}

}  // namespace switchboard::storage
