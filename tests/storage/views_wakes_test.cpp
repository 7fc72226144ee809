// When something of a conversation is due, as the views keep it: a row where there is something, none where there is not.

#include "domain/sla/clocks.hpp"
#include "domain/waking.hpp"
#include "storage/codec.hpp"
#include "views_fixture.hpp"

#include <gmock/gmock.h>

#include <map>

namespace switchboard::storage::testing {
namespace {

using namespace std::chrono_literals;
using domain::event_type;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using status = domain::conversation_status;

class views_wakes : public views_test {
 protected:
  /// The conversation's next event, after which it is so.
  void happens(std::uint64_t thread, event_type type, status s, std::optional<domain::timestamp> snooze,
               std::optional<domain::timestamp> clock) {
    auto& c = now_[thread];
    domain::event e;
    e.type = type;
    e.at = domain::timestamp{1'795'248'000s + std::chrono::seconds{static_cast<std::int64_t>(log_.size())}};
    if (c.version > 0) e.previous = domain::previous_state{c.status, c.priority, c.updated_at};
    c.id = {{thread, thread}, 1};
    c.brand.value = "acme";
    c.account.value = "acme-wa";
    c.customer.value = "cu_1";
    c.status = s;
    c.snooze_until = snooze;
    c.sla = {};
    if (clock) {
      const domain::sla::clock k{.started = *clock - 1h, .target = 1h, .from = *clock - 1h, .due = *clock};
      c.sla = domain::sla::kept_clocks(domain::sla::clocks{.policy = "gold", .cycle = 1, .all = {k}});
    }
    c.updated_at = e.at;
    e.sequence = ++c.version;
    e.conversation = c;
    auto r = std::make_shared<record>(encode(e, "/t"));
    r->sequence = log_.size() + 1;
    log_.push_back(std::move(r));
  }
  void fold_all() {
    fold({log_.begin() + static_cast<std::ptrdiff_t>(folded_), log_.end()});
    folded_ = log_.size();
  }
  /// "thread at milliseconds" of each row, in the order of threads.
  [[nodiscard]] std::vector<std::string> rows() const {
    std::map<std::uint64_t, std::string> found;
    v_->each_wake([&](const wake_row& row) {
      EXPECT_EQ(row.brand, "acme");
      found[row.id.thread.high] =
          std::to_string(row.id.thread.high) + " at " + domain::to_rfc3339(row.at).substr(11);
    });
    std::vector<std::string> all;
    for (auto& [thread, text] : found) all.push_back(std::move(text));
    return all;
  }

  const domain::timestamp ten_ = domain::timestamp{1'795'255'200s};  // 10:00:00
  std::map<std::uint64_t, domain::conversation> now_;
  std::vector<record_ptr> log_;
  std::size_t folded_ = 0;
};

TEST_F(views_wakes, have_the_earliest_of_what_is_due) {
  happens(1, event_type::conversation_created, status::open, {}, {});
  happens(1, event_type::sla_armed, status::open, {}, ten_);
  happens(2, event_type::conversation_created, status::open, {}, {});
  happens(2, event_type::conversation_updated, status::snoozed, ten_ + 5min, {});
  happens(3, event_type::sla_armed, status::open, {}, ten_ + 1h);
  happens(3, event_type::conversation_updated, status::snoozed, ten_, ten_ + 1h);
  happens(4, event_type::conversation_created, status::open, {}, {});
  fold_all();
  const auto all = ElementsAre("1 at 10:00:00.001Z", "2 at 10:05:00.000Z", "3 at 10:00:00.000Z");
  EXPECT_THAT(rows(), all) << "a breach is due behind its deadline";
  ASSERT_TRUE(v_->flush());
  open();
  EXPECT_THAT(rows(), all);
  happens(1, event_type::sla_met, status::open, {}, {});
  happens(2, event_type::conversation_updated, status::open, {}, {});
  happens(3, event_type::conversation_updated, status::open, {}, ten_ + 1h);
  fold_all();
  EXPECT_THAT(rows(), ElementsAre("3 at 11:00:00.001Z"));
}

TEST_F(views_wakes, go_with_who_is_erased) {
  happens(1, event_type::sla_armed, status::open, {}, ten_);
  happens(2, event_type::sla_armed, status::open, {}, ten_);
  domain::event e;
  e.type = event_type::customer_erased;
  e.at = ten_;
  e.sequence = 2;
  auto& erased = e.erased.emplace();
  erased.brand.value = "acme";
  erased.account.value = "acme-wa";
  erased.conversation = {{1, 1}, 1};
  erased.customer.value = "cu_1";
  auto r = std::make_shared<record>(encode(e, "/t"));
  r->sequence = log_.size() + 1;
  log_.push_back(std::move(r));
  fold_all();
  EXPECT_THAT(rows(), ElementsAre("2 at 10:00:00.001Z"));
}

TEST_F(views_wakes, are_told_by_a_record_as_by_its_conversation) {
  happens(1, event_type::conversation_updated, status::snoozed, ten_ + 1234567us, ten_ + 2s);
  const auto& r = *log_.back();
  EXPECT_EQ(r.wake_at, ten_ + 1234ms);
  const auto again = decode_record(r.bytes);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->wake_at, r.wake_at);
}

}  // namespace
}  // namespace switchboard::storage::testing
