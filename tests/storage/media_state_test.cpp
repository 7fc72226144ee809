// media.settled: the event that is in the log and shown to nobody. What it says is in the message's row, it leaves no gap in
// what is numbered, and it goes with its customer.

#include "erasing_world.hpp"
#include "journal_fixture.hpp"
#include "storage/verify.hpp"
#include "views_fixture.hpp"

#include <gmock/gmock.h>

namespace switchboard::storage::testing {
namespace {

using domain::event_type;
using ::testing::HasSubstr;

class media_state_rows : public views_test {
 protected:
  [[nodiscard]] const record& last() const { return *w.log.back(); }
  [[nodiscard]] std::string state_of(const std::string& person, std::uint64_t n = 2) const {
    const auto m = v_->find_message("acme", domain::message_id{{w.thread(person, 0), 1}, n});
    return m && !m->attachments.empty() ? std::string(to_word(m->attachments[0].state)) : "none";
  }
  erasing_world w{seed};
};

TEST_F(media_state_rows, is_an_event_without_a_number_under_its_conversations_name) {
  w.says("ada", 0, "m1");
  ASSERT_EQ(last().type, event_type::media_settled);
  EXPECT_EQ(last().conversation_sequence, 0u);
  EXPECT_THAT(last().bytes, HasSubstr("\"id\":\"e_" + to_text(last().conversation).substr(2) + "-at-"));
  EXPECT_EQ(last().bytes.find("\"sequence\""), std::string::npos);
  const auto back = decode(last().bytes);
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(back->message->attachments[0].state, domain::media_state::ready);
  auto read = decode_record(last().bytes);
  ASSERT_TRUE(read);
  read->sequence = last().sequence;
  read->partition = last().partition;
  EXPECT_EQ(*read, last());
}

TEST_F(media_state_rows, is_in_the_messages_row_and_moves_no_conversation) {
  w.says("ada", 0, "m1");
  const std::vector<record_ptr> before(w.log.begin(), w.log.end() - 1);
  fold(before);
  EXPECT_EQ(state_of("ada"), "pending");
  const auto conversation = v_->conversation_json("acme", {w.thread("ada", 0), 1});
  fold({w.log.back()});
  EXPECT_EQ(state_of("ada"), "ready");
  EXPECT_EQ(v_->conversation_json("acme", {w.thread("ada", 0), 1}), conversation);
  EXPECT_EQ(v_->conversations(), 1u);
  // Also where it is folded again, and from the disk.
  ASSERT_TRUE(v_->flush());
  fold({w.log.back()});
  EXPECT_EQ(state_of("ada"), "ready");
  w.tags("ada", 0, "vip");
  fold({w.log.back()});
  EXPECT_EQ(state_of("ada"), "ready");
}

TEST_F(media_state_rows, is_emptied_with_its_customer) {
  w.says("ada", 0, "m1");
  const auto place = w.log.size() - 1;
  const auto by = w.promises("ada");
  w.erases("ada", 0, by);
  erased_things things;
  things.add_thread(w.thread("ada", 0), 1, by);
  ASSERT_EQ(w.log.at(place)->type, event_type::media_settled);
  EXPECT_TRUE(things.covers(w.log.at(place)->bytes, place + 1));
  const auto log = emptied_log(w.log, things, seed);
  EXPECT_EQ(log.at(place)->type, event_type::media_settled);
  for (const auto* text : {"cdn.example", "says ada", "Name ada"})
    EXPECT_EQ(log.at(place)->bytes.find(text), std::string::npos) << text;
  fold(std::vector<record_ptr>(w.log.begin(), w.log.begin() + static_cast<std::ptrdiff_t>(place) + 1));
  EXPECT_EQ(state_of("ada"), "ready");
  fold(std::vector<record_ptr>(w.log.begin() + static_cast<std::ptrdiff_t>(place) + 1, w.log.end()));
  EXPECT_EQ(state_of("ada"), "none");
}

TEST_F(journal_on_disk, verify_passes_over_what_has_no_number) {
  const auto log = open_journal({.data_dir = path()});
  erasing_world w(7);
  w.cursors = log->cursors();
  for (int i = 0; i < 5; ++i) w.says("ada", 0, "m" + std::to_string(i));
  ASSERT_EQ(log->commit(all_of(*log), w.log).result, log_result::ok);
  const auto report = verify_log(*log);
  ASSERT_TRUE(report.has_value()) << report.error().what;
  EXPECT_EQ(report->records, w.log.size());
  // What has a number and is missing is found all the same.
  erasing_world gap(8);
  gap.cursors = log->cursors();
  gap.first = w.log.size() + 1;
  gap.says("bob", 0, "b1");
  gap.log.erase(gap.log.begin());  // conversation.created
  std::vector<record_ptr> moved;
  for (const auto& r : gap.log) {
    auto copy = std::make_shared<record>(*r);
    copy->sequence = gap.first + moved.size();
    log->cursors().write(copy->bytes.data() + copy->cursor_at, copy->sequence);
    moved.push_back(std::move(copy));
  }
  ASSERT_EQ(log->commit(all_of(*log), moved).result, log_result::ok);
  EXPECT_FALSE(verify_log(*log).has_value());
}

}  // namespace
}  // namespace switchboard::storage::testing
