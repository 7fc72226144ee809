// Records of the journal are emptied in their places while it is written and read; its files lose their bytes; and
// whatever the moment of a kill, it can be done again.
#include "child_process.hpp"
#include "erasing_world.hpp"
#include "journal_fixture.hpp"
#include "storage/verify.hpp"
#include "tests/eventually.hpp"
#include "tests/full.hpp"

#include <atomic>
#include <random>
#include <thread>

namespace switchboard::storage::testing {
namespace {

constexpr std::uint64_t world_seed = 5;

/// Everybody writes; one of them, Ada, is to be forgotten. Deterministic, so that a child and its parent agree.
struct ada_and_others {
  erasing_world w{world_seed};
  std::string ada = canary(2);
  erased_things things;
  log_sequence by = 0;

  explicit ada_and_others(const cursor_codec& cursors, int rounds = 60) {
    w.cursors = cursors;
    for (int i = 0; i < rounds; ++i) {
      w.says(ada, i % 3, "ada" + ada + std::to_string(i));
      for (int k = 0; k < 5; ++k) {
        auto in = w.inbound("bob" + std::to_string(k), i % 2, "bob" + std::to_string(i * 5 + k));
        in.content =
            canary(static_cast<std::uint64_t>(1000 + i * 5 + k), 2000);  // so that there are many files
        w.hears("bob" + std::to_string(k), i % 2, in, {}, false);
      }
    }
    const auto letter = w.letter(ada);
    by = w.promises(ada);
    for (int n = 0; n < 3; ++n) {
      w.erases(ada, n, by);
      things.add_thread(w.thread(ada, n), 1, by);
    }
    w.withdraws(letter);
    things.add_customer(w.customer(ada), by);
    things.add_letter(letter.id, by);
  }
  void commit(journal& log, std::size_t at_once = 9) const {
    std::span<const record_ptr> rest = w.log;
    while (!rest.empty()) {
      const auto n = std::min(at_once, rest.size());
      ASSERT_EQ(log.commit(all_of(log), rest.first(n)).result, log_result::ok);
      rest = rest.subspan(n);
    }
  }
  /// All that is not hers lies where it lay, byte for byte; of what is hers only the place is left.
  void compare(const event_log& log) const {
    log_sequence next = log.earliest();
    std::size_t emptied_records = 0;
    while (next <= w.log.size()) {
      const auto part = log.read(every_partition, next - 1, 100, 1 << 20);
      ASSERT_EQ(part.result, log_result::ok) << part.detail;
      ASSERT_FALSE(part.records.empty());
      for (const auto& r : part.records) {
        if (next > w.log.size()) break;
        const auto& was = *w.log[next - 1];
        ASSERT_EQ(r->sequence, next);
        EXPECT_EQ(r->partition, was.partition);
        EXPECT_EQ(r->type, was.type);
        EXPECT_EQ(r->at, was.at);
        EXPECT_EQ(r->conversation, was.conversation);
        EXPECT_EQ(r->conversation_sequence, was.conversation_sequence);
        EXPECT_EQ(r->brand, was.brand);
        if (things.covers(was.bytes, next) && was.type != domain::event_type::customer_erased) {
          EXPECT_FALSE(r->erased_json.empty());
          EXPECT_EQ(r->bytes.find(ada), std::string::npos) << r->bytes;
          EXPECT_EQ(r->bytes.substr(0, r->cursor_at + cursor_width),
                    was.bytes.substr(0, was.cursor_at + cursor_width));
          ++emptied_records;
        } else {
          EXPECT_EQ(r->bytes, was.bytes);
        }
        ++next;
      }
    }
    EXPECT_GT(emptied_records, 0u);
  }
};

void erase(journal& log, const ada_and_others& who) {
  std::atomic<bool> cancelled{false};
  const auto done = log.erase(who.things, log.last(), cancelled);
  ASSERT_TRUE(done) << done.error().what;
  for (int tries = 0; tries < 50; ++tries) {
    const auto gone = log.reclaim(*done, cancelled);
    ASSERT_TRUE(gone) << gone.error().what;
    if (*gone) return;
  }
  FAIL() << "files are still held";
}

class erasing_journal : public journal_on_disk {
 protected:
  [[nodiscard]] std::string seen(const std::string& text) const {
    const auto where = sightings(path(), {text});
    return where.empty() ? "" : where.front();
  }
};

TEST_F(erasing_journal, leaves_the_place_and_nothing_else) {
  auto log = open_journal(small_journal(path()));
  const ada_and_others who(log->cursors());
  who.commit(*log);
  EXPECT_NE(seen(who.ada), "");
  EXPECT_EQ(log->erased_up_to(), 0u);
  erase(*log, who);
  EXPECT_EQ(seen(who.ada), "");
  who.compare(*log);
  ASSERT_TRUE(log->mark_erased(who.by));
  log.reset();
  const auto verified = verify_journal(path());
  ASSERT_TRUE(verified) << verified.error().what;
  EXPECT_EQ(verified->records, who.w.log.size());
  log = open_journal(small_journal(path()));
  EXPECT_EQ(log->erased_up_to(), who.by);
  who.compare(*log);
  EXPECT_EQ(seen(who.ada), "");
}

TEST_F(erasing_journal, twice_is_once) {
  const auto log = open_journal(small_journal(path()));
  const ada_and_others who(log->cursors());
  who.commit(*log);
  erase(*log, who);
  std::atomic<bool> cancelled{false};
  const auto again = log->erase(who.things, log->last(), cancelled);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->records, 0u);
  EXPECT_GT(again->first, 0u) << "files may still hold what was emptied before a kill";
  who.compare(*log);
}

// The planted fault: an erasure that leaves the files as they are. What looks for the canary must see it.
TEST_F(erasing_journal, files_that_were_left_as_they_were_are_seen) {
  auto options = small_journal(path());
  options.reclaim = false;
  const auto log = open_journal(options);
  const ada_and_others who(log->cursors());
  who.commit(*log);
  erase(*log, who);
  who.compare(*log);
  EXPECT_NE(seen(who.ada), "");
}

TEST_F(erasing_journal, others_write_and_read_and_trim_meanwhile) {
  const auto log = open_journal(small_journal(path()));
  const ada_and_others who(log->cursors());
  who.commit(*log);
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> reads{0};
  std::thread reader([&] {
    while (!done) {
      for (log_sequence after = log->earliest() - 1; after < log->last();) {
        const auto part = log->read(every_partition, after, 50, 1 << 18);
        if (part.result == log_result::trimmed) break;
        ASSERT_EQ(part.result, log_result::ok) << part.detail;
        after = part.records.back()->sequence;
        ++reads;
      }
    }
  });
  std::thread writer([&] {
    while (!done) ASSERT_EQ(commit_next(*log, 3).result, log_result::ok);
  });
  std::thread trimmer([&] {
    for (log_sequence before = 5; before < who.w.log.size() / 2; before += 7)
      ASSERT_EQ(log->trim(every_partition, before), log_result::ok);
  });
  erase(*log, who);
  trimmer.join();
  erase(*log, who);
  EXPECT_EQ(seen(who.ada), "");
  done = true;
  reader.join();
  writer.join();
  EXPECT_GT(reads.load(), 0u);
  EXPECT_GT(log->earliest(), 1u);
  who.compare(*log);
}

// -- kills

void erase_until_killed(const std::string& data_dir, int report) {
  auto log = journal::open(small_journal(data_dir));
  if (!log) return;
  const ada_and_others who((*log)->cursors());
  if ((*log)->last() == 0) who.commit(**log);
  send_report(report, 1);
  std::atomic<bool> cancelled{false};
  for (;;) {
    const auto done = (*log)->erase(who.things, who.w.log.size(), cancelled);
    send_report(report, 2);
    if (!done || !(*log)->reclaim(*done, cancelled)) return;
    send_report(report, 3);
  }
}
const register_child_part erasing("erase_until_killed", erase_until_killed);

TEST_F(erasing_journal, killed_at_any_moment_it_is_done_again) {
  std::mt19937 random(7);
  for (int i = 0; i < (full() ? 60 : 4); ++i) {
    const temporary_directory place;
    for (int kills = 0; kills < 2; ++kills) {
      child_process child("erase_until_killed", place.path());
      ASSERT_EQ(child.next_report(), 1u);
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 40'000));  // anywhere in the work
      child.kill();
      child.wait();
    }
    const auto log = open_journal(small_journal(place.path()));
    ASSERT_TRUE(log);
    ASSERT_TRUE(verify_log(*log));
    const ada_and_others who(log->cursors());
    EXPECT_EQ(log->last(), who.w.log.size());
    erase(*log, who);
    who.compare(*log);
    const auto where = sightings(place.path(), {who.ada});
    EXPECT_TRUE(where.empty()) << where.front();
  }
}

// -- retention

TEST_F(erasing_journal, what_was_trimmed_leaves_the_disk_though_little_is_written) {
  const auto log = open_journal(small_journal(path()));
  const ada_and_others who(log->cursors(), 5);
  who.commit(*log);
  while (log->last() < 600) ASSERT_EQ(commit_next(*log, 20, 1000).result, log_result::ok);
  ASSERT_EQ(log->trim(every_partition, 400), log_result::ok);
  std::atomic<bool> cancelled{false};
  const auto done = log->reclaim_trimmed(cancelled);
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_TRUE(eventually([&] { return seen(who.ada).empty(); })) << seen(who.ada);
  ASSERT_TRUE(verify_log(*log));
}

}  // namespace
}  // namespace switchboard::storage::testing
