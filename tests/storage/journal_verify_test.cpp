// A batch as it lies on disk, and verify, which walks them all.
#include "journal_fixture.hpp"
#include "storage/bytes.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"
#include "storage/journal.hpp"
#include "storage/journal_batch.hpp"
#include "storage/verify.hpp"

namespace switchboard::storage::testing {
namespace {

std::string value_of(std::span<const record_ptr> records) {
  batch_writer writer;
  return std::string(*writer.lay_out(9, time_of(1), records));
}

TEST(journal_batch, comes_back_as_it_was_laid_out) {
  const cursor_codec cursors{1};
  for (const std::size_t count : {1u, 2u, 100u}) {
    const auto records = make_batch(cursors, 41, count);
    const std::string value = value_of(records);
    batch_reader reader;
    const auto batch = reader.parse(value);
    ASSERT_TRUE(batch.has_value()) << batch.error().what;
    EXPECT_EQ(batch->epoch, 9u);
    EXPECT_EQ(batch->first, 41u);
    EXPECT_EQ(batch->at, time_of(1));
    ASSERT_EQ(batch->records.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(batch->records[i].bytes, records[i]->bytes);
      EXPECT_EQ(batch->records[i].partition, records[i]->partition);
    }
  }
}

TEST(journal_batch, every_flipped_bit_and_every_cut_is_found) {
  const std::string value = value_of(make_batch(cursor_codec{1}, 1, 2));
  for (std::size_t at = 0; at < value.size(); ++at) {
    std::string flipped = value;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
    ASSERT_FALSE(batch_reader{}.parse(flipped).has_value()) << at;
    ASSERT_FALSE(batch_reader{}.parse(std::string_view(value).substr(0, at)).has_value()) << at;
  }
  EXPECT_FALSE(batch_reader{}.parse(value + std::string(1, '\0')).has_value());
}

/// With the checksum made right again: what only damage before it was written, or malice, could bring about.
TEST(journal_batch, what_the_header_says_of_the_records_must_be_so) {
  const std::string value = value_of(make_batch(cursor_codec{1}, 1, 2));
  constexpr std::size_t count = 25, size = 29, filter_size = 33;
  for (const std::size_t field : {count, size, filter_size}) {
    for (const int change : {-1, 1}) {
      std::string lying = value;
      put_u32(lying.data() + field, get_u32(value.data() + field) + static_cast<std::uint32_t>(change));
      lying.resize(lying.size() - sizeof(std::uint64_t));
      const auto sum = checksum(lying);
      lying.resize(value.size());
      put_u64(lying.data() + lying.size() - sizeof sum, sum);
      EXPECT_FALSE(batch_reader{}.parse(lying).has_value()) << field << " " << change;
    }
  }
}

/// As the version before wrote it.
std::string without_filter(std::string value) {
  constexpr std::size_t filter_size = 33, behind = 37;
  value[0] = 2;
  value.erase(filter_size, behind - filter_size + get_u32(value.data() + filter_size));
  const auto end = value.size() - sizeof(std::uint64_t);
  put_u64(value.data() + end, checksum(std::string_view(value).substr(0, end)));
  return value;
}

TEST(journal_batch, of_the_version_before_is_read_whatever_is_looked_for) {
  const auto records = make_batch(cursor_codec{1}, 41, 30);
  const auto old = without_filter(value_of(records));
  const std::vector<std::uint64_t> nobody{subject_hash("01234567890123456789012345")};
  batch_reader reader;
  for (const auto& batch : {reader.parse(old), batch_reader{}.parse(old, nobody)}) {
    ASSERT_TRUE(batch.has_value()) << batch.error().what;
    ASSERT_EQ(batch->last(), 70u);
  }
  const auto batch = reader.parse(old);
  ASSERT_EQ(batch->records.size(), 30u);
  for (std::size_t i = 0; i < 30; ++i) EXPECT_EQ(batch->records[i].bytes, records[i]->bytes);
}

TEST(journal_batch, is_passed_over_by_whoever_looks_for_others_and_by_nobody_else) {
  std::size_t passed_over = 0;
  for (std::uint64_t first = 1; first <= 2'000; first += 20) {
    const auto records = make_batch(cursor_codec{1}, first, 20);
    const auto value = value_of(records);
    batch_reader reader;
    for (const auto& r : records) {
      std::string_view rest;
      const auto subject = subject_of(r->bytes, rest);
      ASSERT_EQ(subject.size(), digits_of_subject);
      const std::vector<std::uint64_t> looked_for{1, subject_hash(subject)};
      const auto batch = reader.parse(value, looked_for);
      ASSERT_TRUE(batch.has_value()) << batch.error().what;
      ASSERT_EQ(batch->records.size(), records.size()) << subject;
    }
    const std::vector<std::uint64_t> other{subject_hash("somebody else's " + std::to_string(first))};
    const auto batch = reader.parse(value, other);
    ASSERT_TRUE(batch.has_value()) << batch.error().what;
    EXPECT_EQ(batch->first, first);
    EXPECT_EQ(batch->last(), first + 19);
    passed_over += batch->records.empty() ? 1 : 0;
  }
  EXPECT_GE(passed_over, 90u) << "of 100";
}

TEST(journal_batch, alike_events_take_a_fraction_of_their_bytes) {
  const auto records = make_batch(cursor_codec{1}, 1, 100, 0);
  EXPECT_LT(value_of(records).size(), batch_writer::size_of(records) / 5);
}

// -- verify

TEST_F(journal_on_disk, verify_finds_a_conversation_that_skips) {
  const auto log = open_journal({.data_dir = path()});
  ASSERT_EQ(commit_next(*log, 14).result, log_result::ok);
  // Place 15 gets the event that belongs to place 22: the same conversation, one step too far.
  record skipped = *make_record(log->cursors(), 22);
  skipped.sequence = 15;
  log->cursors().write(skipped.bytes.data() + skipped.cursor_at, 15);
  const std::vector<record_ptr> batch{std::make_shared<const record>(skipped)};
  ASSERT_EQ(log->commit(all_of(*log), batch).result, log_result::ok);
  const auto report = verify_log(*log);
  ASSERT_FALSE(report.has_value());
  EXPECT_TRUE(report.error().damaged);
  EXPECT_NE(report.error().what.find("sequence 15"), std::string::npos) << report.error().what;
}

/// An offer is about a conversation, and none of its own events: it has no number there, and takes none.
TEST_F(journal_on_disk, verify_passes_over_offers_between_a_conversations_events) {
  const auto log = open_journal({.data_dir = path()});
  ASSERT_EQ(commit_next(*log, 14).result, log_result::ok);
  domain::event e;
  e.type = domain::event_type::offer_made;
  e.offer = {"of_1", {"acme"}, make_record(log->cursors(), 3)->conversation, {"ann"}, {}, 1, {}};
  record offer = encode(e, "/switchboard");
  offer.sequence = 15;
  log->cursors().write(offer.bytes.data() + offer.cursor_at, 15);
  ASSERT_EQ(log->commit(all_of(*log), std::vector<record_ptr>{std::make_shared<const record>(offer)}).result,
            log_result::ok);
  const auto report = verify_log(*log);
  ASSERT_TRUE(report.has_value()) << report.error().what;
  EXPECT_EQ(report->records, 15u);
}

TEST_F(journal_on_disk, verify_finds_an_event_with_the_cursor_of_another_place) {
  const auto log = open_journal({.data_dir = path()});
  ASSERT_EQ(commit_next(*log, 3).result, log_result::ok);
  record wrong = *make_record(log->cursors(), 4);
  log->cursors().write(wrong.bytes.data() + wrong.cursor_at, 5);
  const std::vector<record_ptr> batch{std::make_shared<const record>(wrong)};
  ASSERT_EQ(log->commit(all_of(*log), batch).result, log_result::ok);
  const auto report = verify_log(*log);
  ASSERT_FALSE(report.has_value());
  EXPECT_NE(report.error().what.find("sequence 4"), std::string::npos) << report.error().what;
}

TEST_F(journal_on_disk, verify_reports_what_is_there) {
  fill();
  log_sequence reached = 0;
  const auto report = verify_journal(path(), [&](log_sequence at, log_sequence) { reached = at; });
  ASSERT_TRUE(report.has_value()) << report.error().what;
  EXPECT_EQ(report->last, 200u);
  EXPECT_EQ(report->records, 200u);
  EXPECT_EQ(report->conversations, conversations_in_turn);
  EXPECT_EQ(reached, 200u);
}

}  // namespace
}  // namespace switchboard::storage::testing
