#include "actors/engine.hpp"

#include "actors/local_engine.hpp"
#include "storage/codec.hpp"

#include <array>

namespace switchboard::actors {

std::string_view to_word(health h) {
  constexpr std::array<std::string_view, 6> words{"ready",    "starting",   "draining",
                                                  "disk_low", "overloaded", "failed"};
  return words.at(static_cast<std::size_t>(h));
}

namespace {

constexpr std::size_t refold_batch = 4096;
constexpr std::size_t refold_bytes = 16u << 20;

/// Folds what the journal has and the views do not. On start only: nobody reads yet.
expected<void, storage::open_error> refold(const storage::event_log& log, storage::views& v,
                                           const std::string& data_dir) {
  if (v.reached() > log.last()) {
    // Also where the journal's loss was accepted: its next events would be taken for those that the views have.
    const std::string fix =
        log.earliest() == 1
            ? "; remove the folder " + data_dir + "/views: it is folded anew from what is left"
            : "; restore " + data_dir + " from a backup: what is left is no longer all";
    return unexpected{storage::open_error{74, "views show event " + std::to_string(v.reached()) +
                                                  " but the journal ends at " + std::to_string(log.last()) +
                                                  ": the journal has lost events" + fix}};
  }
  if (v.applied() + 1 < log.earliest()) {
    return unexpected{
        storage::open_error{74, "views end at event " + std::to_string(v.applied()) +
                                    " but the journal starts at " + std::to_string(log.earliest()) +
                                    ": the views are damaged; restore " + data_dir + " from a backup"}};
  }
  while (v.applied() < log.last()) {
    auto read = log.read(v.applied(), refold_batch, refold_bytes);
    if (read.result != storage::log_result::ok || read.records.empty()) {
      return unexpected{storage::open_error{74, "journal, behind event " + std::to_string(v.applied()) +
                                                    ": " +
                                                    (read.detail.empty() ? "nothing to read" : read.detail)}};
    }
    if (const auto done = v.apply(read.records); !done) {
      return unexpected{storage::open_error{1, "views: " + done.error().what}};
    }
  }
  return {};
}

}  // namespace

std::string to_json(const domain::dead_letter& d) {
  std::string out;
  storage::append_dead_letter(out, d);
  return out;
}

expected<std::unique_ptr<engine>, storage::open_error> engine::start(
    std::shared_ptr<const config::settings> settings, committed_handler on_committed, start_options options) {
  const auto& s = settings->storage;
  storage::journal_options jo;
  jo.data_dir = s.data_dir;
  jo.partitions = s.partitions;
  jo.memtable_bytes = s.journal_memtable_bytes;
  jo.accept_loss = options.accept_loss;
#ifdef SWITCHBOARD_FAULT_NO_SYNC  // planted in tests/faults: only a power loss can tell
  jo.sync = false;
#endif
  auto journal = storage::journal::open(jo);
  if (!journal) return unexpected{std::move(journal).error()};

  storage::views_options vo;
  vo.data_dir = s.data_dir;
  vo.unwritten_bytes = s.views_memtable_bytes;
  vo.block_cache_bytes = s.block_cache_bytes;
  vo.seen_window = s.dedup_window;
  vo.hash_seed = (*journal)->identity().hash_seed;
  auto views = storage::views::open(vo);
  if (!views) return unexpected{std::move(views).error()};
  if (const auto done = refold(**journal, **views, s.data_dir); !done) return unexpected{done.error()};
  return std::unique_ptr<engine>(
      new local_engine(std::move(settings), std::move(*journal), std::move(*views), std::move(on_committed)));
}

}  // namespace switchboard::actors
