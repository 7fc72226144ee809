// What lies in <data_dir>/views: a RocksDB database of these column families. Everything in it can be folded
// again from the log, so it is written without WAL.
//
//   name   := length:2 bytes                    numbers are big-endian
//   thread := 16 bytes of its id                case := thread ordinal:4
//   ~time  := ~(milliseconds since year 0):8    so that later comes first
//   values begin with a version byte (1), but for `meta` and `seen`
//
//   column                   key                                              value
//   meta                     "state"                                          layout:4 applied:8 latest-time:8
//                                                                             conversations:8 reached:8 newest-time:8 since:8
//   conversations            name(brand) case                                 the conversation's JSON
//   messages                 name(brand) case sequence:8                      the message's JSON, as it is now
//   inbox                    name(brand) status:1 (urgent-priority):1         platform:1 name(account)
//                            ~updated case                                    name(assignee) name(queue)
//                                                                             name(customer) tags-JSON
//   customers                name(brand) name(customer)                       the customer's JSON
//   customer_conversations   name(brand) name(customer) ~created case         empty
//   seen                     thread fingerprint(kind, id, version):8          1 time:8
//                            thread fingerprint("ref", platform id, ""):8     2 time:8 ordinal:4 sequence:8
//   comment_threads          1 name(account) fingerprint("ref", id, ""):8     thread
//                            2 key (a thread's id)                            thread
//                            3 key since:8                                    thread name(customer)
//                            4 thread                                         key, the latest that 2 has for it
//   dead_letters             "i" name(id)                                     the letter's JSON, its raw bytes
//                            "b" name(brand) ~received name(id)               empty
//                            "t" ~received name(id)                           empty
//   erasures                 "c" name(brand) name(customer)                   by:8
//                            "e" by:8                                         time:8 name(brand) name(customer)
//                                                                             name(account)
//                            "t" thread                                       ordinal:4
//                            "x" by:8 thread                                  ordinal:4, 0 until it is done
//   outbox                   name(brand) case sequence:8                      begun:1 name(account)
//   accounts                 name(account)                                    its health, JSON
//   feeds                    name(reader) name(feed)                          the position
//   limits                   of:1 name(whose) name(limit)                     how full it is, JSON
//                            2 name(account) name(limit) thread               … of one recipient
//   agents                   name(brand) name(agent)                          what his owner noted of him last
//   decisions                name(brand) case log-sequence:8                  why, JSON; of each the last 100
//   routers                  name(brand)                                      first:8 last:8 as-of:8 begun:8
//                                                                             router-sequence:8 next-part:4
//   wakes                    name(brand) case                                 time:8, when something of it is due; clocks at risk:4 name(queue), where there are
//   breaches                 name(brand) ~due:8 case clock:1 cycle instance        over, name(queue) name(assignee) JSON
//                            1 name(brand) case ~due:8 clock:1 cycle instance      empty: where rows of it are
//   deadlines                name(brand) due:8 case                               empty
//                            1 name(brand) case                               due:8, the place that it has
//   reports                  name(brand) kind:1 name(subject) half-hour:8      figures (report_bytes.cpp), up to which event
//   deliveries               name(brand) name(webhook) "s"                    settled:8 gone:1
//                            name(brand) name(webhook) "d" ~log-sequence:8    over:1 time:8, and its last attempt, JSON
//
// `routers` says from where on a brand's router needs the log: its last save is from `first` to `last` there (0: it was never
// saved, and needs all from its first turn on). The rest is of a save that is not all there yet. The log is not trimmed beyond
// the least `first` that is flushed.
// `feeds` says how far what nobody pushes was read. `outbox` has the replies that are on their way; `begun`: handed to the platform, perhaps.
// `limits`: of the platforms, what is not full again (domain/limit_level.hpp).
// Of `seen`, dedup keys (1) go after the redelivery window (a compaction filter, by the log's own time);
// references (2) stay as long as the message: a reaction to a message of last year must still find it.
// `reports`: kind is that of report_subject. Half hours go after reports_kept, in the same way.
// Fingerprints are keyed with the directory's seed. No key holds what a person or platform said: RocksDB repeats keys
// in its manifest.
//
// Of `comment_threads`, 2 and 3 say which thread a key means (domain/thread_alias.hpp): 2 and 4 are asked for, 3
// is read whole when the node starts. 1 is of comments, and of messages in groups.
//
// Of `erasures`, `by` is the log's place of the customer.erased that made the promise. "c" and "e" say whom, "t" up to
// which of a thread's conversations, "x" which threads he had. What is folded at such an event depends on all rows
// before it, and so they are all written first (views_erasing.cpp).
//
// When rows are written. Conversations, inbox, messages and seen gather in memory (views_unwritten_*.hpp) and
// become sorted tables (views_tables.hpp) that RocksDB takes over in one step; the other columns go through
// memtables, a batch for each stretch of the log. So after a crash columns may be of different moments: all rows
// are complete up to `applied` of the meta row, and may hold some later events. Folding the log again from there
// ends at the same rows whatever they held, since each row is set and not added to (those of `reports` are, and say up to
// which event they were). Only where a conversation
// lies in the inbox depends on what was there: an event says where it was before (`previous`), which saves a
// read, but up to `reached` the row itself is asked. That mark is on disk before any such row is.

#include "storage/views.hpp"

#include "domain/kill_point.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"

#include <algorithm>

namespace switchboard::storage {

open_error not_opened(const views_error& why, const std::string& data_dir) {
  if (!why.damaged) return {.what = "views: " + why.what};
  return {.damaged = true,
          .what = "views are damaged: " + why.what + "; remove " + data_dir +
                  "/views to fold them again, if the journal still holds everything from its "
                  "first event, or restore a backup (see switchboard verify)"};
}

expected<std::unique_ptr<views>, open_error> views::open(const views_options& options) {
  auto opened = views_on_disk::open(options);
  if (!opened) return unexpected{std::move(opened).error()};
  return std::unique_ptr<views>(std::move(*opened));
}

expected<std::unique_ptr<views_on_disk>, open_error> views_on_disk::open(const views_options& options,
                                                                         log_sequence behind) {
  auto store = views_store::open(options);
  if (!store) return unexpected{std::move(store).error()};
  std::unique_ptr<views_on_disk> opened;
  try {
    opened.reset(new views_on_disk(std::move(*store)));
  } catch (const views_failure& e) {  // what is on its way and who was erased is read at once
    return unexpected{not_opened({e.what(), e.damaged}, options.data_dir)};
  }
  if (opened->state_.applied == 0) {
    opened->state_.applied = behind;
    opened->applied_ = behind;
  }
  return opened;
}

views_on_disk::views_on_disk(std::unique_ptr<views_store> store)
    : store_(std::move(store)),
      outbox_(*store_),
      routing_(*store_),
      wakes_(*store_),
      webhooks_(*store_),
      breaches_(*store_),
      reports_(*store_),
      deadlines_(*store_),
      fold_(*store_, condemned_, outbox_, routing_, wakes_, webhooks_, breaches_, reports_, deadlines_),
      conversations_waiting_(*store_),
      messages_waiting_(*store_),
      written_(store_->opened_with()),
      state_(written_) {
  applied_ = state_.applied;
  flushed_ = state_.applied;
  routers_need_ = routing_.need();
  conversations_ = state_.conversations;
  recall_erasures();
}

expected<void, views_error> views_on_disk::apply(std::span<const record_ptr> records) {
  if (auto failed = store_->failure()) return unexpected{*std::move(failed)};
  while (!records.empty() && records.front()->sequence <= state_.applied) records = records.subspan(1);
  if (records.empty()) return {};
  auto expected_next = state_.applied;
  for (const auto& r : records) {
    if (r->sequence == ++expected_next) continue;
    return unexpected{views_error{"record " + std::to_string(expected_next) + " is missing before " +
                                  std::to_string(r->sequence)}};
  }
  // One that erases depends on all before it: what comes before and behind it is folded apart.
  const auto erases = [](const record_ptr& r) {
    return r->type == domain::event_type::customer_erased && r->dead_letter_json.empty();
  };
  try {
    while (!records.empty()) {
      const auto end = std::find_if(records.begin(), records.end(), erases);
      const auto n = static_cast<std::size_t>(end - records.begin());
      if (n > 0) fold(records.first(n));
      if (n < records.size()) erase(*records[n]);
      records = records.subspan(std::min(n + 1, records.size()));
      conversations_.store(state_.conversations, std::memory_order_relaxed);
      applied_.store(state_.applied, std::memory_order_release);
    }
  } catch (const views_failure& e) {
    return unexpected{views_error{e.what(), e.damaged}};
  }
  return {};
}

void views_on_disk::fold(std::span<const record_ptr> records) {
  auto next = state_;
  write(fold_.fold(records, next));
  SWITCHBOARD_KILL_POINT("views-folding");
  conversations_waiting_.take(records, reached());
  messages_waiting_.take(records, state_);
  state_ = next;
  store_->set_latest(next.latest_ms);
  const auto room = store_->options().unwritten_bytes;
  if (conversations_waiting_.bytes() > room / 5 * 3) {  // these are written again and again: wait longer
    write_everything();
  } else if (messages_waiting_.bytes() > room / 5 * 2) {
    write_messages();
  }
  if (reports_.waiting() > report_rows::waiting_max) write_reports();
}

void views_on_disk::write_reports() {
  rocksdb::WriteBatch batch;
  reports_.add_to(batch);
  write(batch);
  reports_.clear();
}

void views_on_disk::write_messages() {
  sorted_tables tables(*store_);
  messages_waiting_.add_tables(tables);
  tables.ingest();
  messages_waiting_.clear();
}

/// `level0_max`: as of sorted_tables::ingest().
void views_on_disk::write_everything(std::size_t level0_max) {
  if (written_.applied == state_.applied) return;  // one erasure comes right behind another
  // First it must be on disk that conversations may be ahead of what is complete, then they may be it.
  rocksdb::WriteBatch about_to;
  add_state(about_to, state_.applied);
  reports_.add_to(about_to);
  write(about_to);
  reports_.clear();
  flush_memtables();
  sorted_tables tables(*store_);
  messages_waiting_.add_tables(tables);
  conversations_waiting_.add_tables(tables);
  SWITCHBOARD_KILL_POINT("views-tables-made");
  tables.ingest(level0_max);
  SWITCHBOARD_KILL_POINT("views-tables-taken");
  messages_waiting_.clear();
  conversations_waiting_.clear();
  written_ = state_;
  rocksdb::WriteBatch done;
  add_state(done, state_.applied);
  write(done);
}

void views_on_disk::add_state(rocksdb::WriteBatch& batch, log_sequence reached) const {
  auto on_disk = written_;
  on_disk.reached = std::max(reached, this->reached());
  const auto done = batch.Put(store_->handle(column::meta), "state", encode_state(on_disk));
  if (!done.ok()) store_->fail("a batch refused the state", done);
}

void views_on_disk::write(rocksdb::WriteBatch& batch) const {
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  const auto written = store_->db().Write(unlogged, &batch);
  if (!written.ok()) store_->fail("writing rows", written);
}

void views_on_disk::flush_memtables() {
  rocksdb::FlushOptions waiting;
  waiting.allow_write_stall = true;  // flushing late would stall it more
  std::vector<rocksdb::ColumnFamilyHandle*> all;
  for (std::size_t i = 0; i < column_count; ++i) all.push_back(store_->handle(static_cast<column>(i)));
  SWITCHBOARD_KILL_POINT("memtable-flush");
  const auto done = store_->db().Flush(waiting, all);
  if (!done.ok()) store_->fail("flush", done);
}

expected<void, views_error> views_on_disk::flush() {
  if (auto failed = store_->failure()) return unexpected{*std::move(failed)};
  try {
    write_everything();
    flush_memtables();
  } catch (const views_failure& e) {
    return unexpected{views_error{e.what(), e.damaged}};
  }
  routers_need_.store(routing_.need(), std::memory_order_release);
  flushed_.store(state_.applied, std::memory_order_release);
  return {};
}

expected<pinned_files, views_error> views_on_disk::pin() const {
  if (auto failed = store_->failure()) return unexpected{*std::move(failed)};
  auto files = pin_files(store_->db());
  if (!files) return unexpected{views_error{std::move(files).error()}};
  return *std::move(files);
}

std::uint64_t views_on_disk::disk_bytes() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < column_count; ++i) {
    std::uint64_t bytes = 0;
    store_->db().GetIntProperty(store_->handle(static_cast<column>(i)),
                                rocksdb::DB::Properties::kTotalSstFilesSize, &bytes);
    sum += bytes;
  }
  return sum;
}

}  // namespace switchboard::storage
