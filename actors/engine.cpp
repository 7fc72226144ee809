#include "actors/engine.hpp"

#include "actors/local_engine.hpp"
#include "storage/codec.hpp"
#include "storage/refold.hpp"
#include "storage/write_guard.hpp"

#include <array>

namespace switchboard::actors {

std::string_view to_word(health h) {
  constexpr std::array<std::string_view, 6> words{"ready",    "starting",   "draining",
                                                  "disk_low", "overloaded", "failed"};
  return words.at(static_cast<std::size_t>(h));
}

std::string_view to_word(backup_progress::phase p) {
  constexpr std::array<std::string_view, 4> words{"none", "running", "done", "failed"};
  return words.at(static_cast<std::size_t>(p));
}

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
  std::shared_ptr<storage::write_guard> guard;
#ifndef SWITCHBOARD_FAULT_NO_GUARD  // planted in tests/faults: RocksDB meets its second error, and aborts
  if (options.on_write_failure)
    guard = std::make_shared<storage::write_guard>(std::move(options.on_write_failure));
#endif
  jo.guard = guard;
#ifdef SWITCHBOARD_FAULT_NO_SYNC  // planted in tests/faults: only a power loss can tell
  jo.sync = false;
#endif
  // What couldn't be written says nothing against the data, however the opening took it.
  const auto refused = [&guard](storage::open_error why) {
    if (guard && guard->failed()) why.damaged = false;
    return unexpected{std::move(why)};
  };
  auto journal = storage::journal::open(jo);
  if (!journal) return refused(std::move(journal).error());

  storage::views_options vo;
  vo.data_dir = s.data_dir;
  vo.unwritten_bytes = s.views_memtable_bytes;
  vo.block_cache_bytes = s.block_cache_bytes;
  vo.seen_window = s.dedup_window;
  vo.hash_seed = (*journal)->identity().hash_seed;
  vo.guard = guard;
  auto views = storage::views::open(vo);
  if (!views) return refused(std::move(views).error());
  if (const auto done = storage::refold_views(**journal, **views, s.data_dir); !done)
    return refused(done.error());
  outbox_start on_their_way;
  alarm_start due;
  deliverer_start undelivered;
  try {
    if (options.client) on_their_way = read_outbox(**views);
    due = read_alarm(**views, (*journal)->last());
    if (options.deliveries) undelivered = read_deliveries(**views, *settings, (*journal)->last());
  } catch (const storage::views_failure& e) {
    return refused({.damaged = e.damaged, .what = std::string("views: ") + e.what()});
  }
  return std::unique_ptr<engine>(
      new local_engine(std::move(settings), std::move(*journal), std::move(*views), std::move(on_committed),
                       std::move(guard), std::move(options.client), std::move(on_their_way), std::move(due),
                       std::move(options.deliveries), std::move(undelivered)));
}

}  // namespace switchboard::actors
