// Broken promises as rows: each clock once, as it stood last, the latest deadlines first.

#include "domain/sla/note.hpp"
#include "storage/codec.hpp"
#include "views_fixture.hpp"

#include <gmock/gmock.h>

namespace switchboard::storage::testing {
namespace {

using namespace std::chrono_literals;
using domain::event_type;
using domain::sla::clock_state;
using domain::sla::metric;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const domain::timestamp start{1'795'248'000s};

class views_breaches : public views_test {
 protected:
  struct said {
    std::uint64_t thread = 1;
    std::string brand = "acme", queue = "support", assignee = {};
    domain::timestamp due = start;
    metric what = metric::first_response;
    std::uint32_t instance = 1;
    bool breached = true;
    std::optional<domain::timestamp> ended = {};
    std::optional<domain::timestamp> at = {};
  };
  void happens(event_type type, const said& s) {
    domain::event e;
    e.type = type;
    e.at = s.at.value_or(start + 1h + std::chrono::seconds{static_cast<std::int64_t>(log_.size())});
    e.sequence = log_.size() + 1;
    auto& c = e.conversation.emplace();
    c.id = {{s.thread, s.thread}, 1};
    c.brand.value = s.brand;
    c.account.value = s.brand + "-wa";
    c.customer.value = "cu_1";
    c.queue.value = s.queue;
    c.assigned_to.value = s.assignee;
    c.updated_at = e.at;
    auto& n = e.sla.emplace();
    n.policy = "gold";
    n.type = type;
    n.at = s.due;
    n.clock = {
        .what = s.what, .instance = s.instance, .started = s.due - 1h, .target = 1h, .from = s.due - 1h};
    n.clock.due = s.due;
    n.clock.cycle = 1;
    n.clock.breached = s.breached;
    n.clock.ended = s.ended;
    if (s.ended) n.clock.state = clock_state::missed;
    auto r = std::make_shared<record>(encode(e, "/t"));
    r->sequence = log_.size() + 1;
    log_.push_back(std::move(r));
  }
  void fold_all() {
    fold({log_.begin() + static_cast<std::ptrdiff_t>(folded_), log_.end()});
    folded_ = log_.size();
  }
  /// "thread clock" of each row.
  [[nodiscard]] std::vector<std::string> rows(breach_query q = {.brands = {"acme"}}) const {
    std::vector<std::string> all;
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = v_->list_breaches(q);
      EXPECT_TRUE(page);
      for (const auto& json : page->rows) {
        const auto id = json.substr(json.find("c_"), 31);
        const auto clock = json.find("\"clock\":\"") + 9;
        all.push_back(std::to_string(domain::parse_conversation_id(id.substr(0, id.find('"')))->thread.high) +
                      " " + json.substr(clock, json.find('"', clock) - clock));
      }
      q.after = page->next;
      if (q.after.empty()) return all;
    }
    ADD_FAILURE() << "a list without an end";
    return all;
  }

  [[nodiscard]] std::size_t rows_on_disk() const {
    std::size_t n = 0;
    const auto i = v_->store().rows(column::breaches);
    for (i->SeekToFirst(); i->Valid(); i->Next()) ++n;
    return n;
  }

  std::vector<record_ptr> log_;
  std::size_t folded_ = 0;
};

TEST_F(views_breaches, are_each_there_once_the_latest_deadline_first) {
  happens(event_type::sla_armed, {.thread = 9, .breached = false});
  happens(event_type::sla_breached, {.thread = 1});
  happens(event_type::sla_breached, {.thread = 2, .due = start + 5min});
  happens(event_type::sla_breached, {.thread = 1, .what = metric::requester_wait});
  happens(event_type::sla_breached, {.thread = 3, .brand = "globex", .due = start + 1min});
  happens(event_type::sla_met, {.thread = 8, .breached = false, .ended = start});
  happens(event_type::sla_met, {.thread = 2, .due = start + 5min, .ended = start + 9min});
  fold_all();
  EXPECT_THAT(rows(), ElementsAre("2 firstResponse", "1 firstResponse", "1 requesterWait"));
  EXPECT_THAT(rows({.brands = {"acme", "globex"}, .limit = 1}),
              ElementsAre("2 firstResponse", "3 firstResponse", "1 firstResponse", "1 requesterWait"))
      << "also page by page";
  ASSERT_TRUE(v_->flush());
  open();
  EXPECT_THAT(rows({.brands = {"globex"}}), ElementsAre("3 firstResponse"));
  const auto page = v_->list_breaches({.brands = {"acme"}, .limit = 1});
  EXPECT_NE(page->rows.at(0).find(R"("state":"missed","breached":true)"), std::string::npos)
      << "as it stood last: " << page->rows[0];
}

TEST_F(views_breaches, are_found_by_what_is_asked) {
  happens(event_type::sla_breached, {.thread = 1, .queue = "billing", .assignee = "ann"});
  happens(event_type::sla_breached, {.thread = 2, .due = start + 1min});
  happens(event_type::sla_breached, {.thread = 3, .assignee = "bob", .due = start + 2min});
  happens(event_type::sla_met, {.thread = 3, .assignee = "bob", .due = start + 2min, .ended = start + 3min});
  fold_all();
  const auto asked = [&](auto set) {
    breach_query q{.brands = {"acme"}};
    set(q);
    return rows(q);
  };
  EXPECT_THAT(asked([](auto& q) { q.queues = {"billing", "x"}; }), ElementsAre("1 firstResponse"));
  EXPECT_THAT(asked([](auto& q) { q.assignees = {"bob"}; }), ElementsAre("3 firstResponse"));
  EXPECT_THAT(asked([](auto& q) { q.open = true; }), ElementsAre("2 firstResponse", "1 firstResponse"));
  EXPECT_THAT(asked([](auto& q) { q.open = false; }), ElementsAre("3 firstResponse"));
  EXPECT_THAT(asked([](auto& q) { q.from = start + 1min; }),
              ElementsAre("3 firstResponse", "2 firstResponse"));
  EXPECT_THAT(asked([](auto& q) { q.to = start + 1min; }), ElementsAre("2 firstResponse", "1 firstResponse"));
  EXPECT_THAT(asked([](auto& q) { q.from = q.to = start + 1min; }), ElementsAre("2 firstResponse"));
  const auto page = v_->list_breaches({.brands = {"acme"}, .limit = 1});
  EXPECT_FALSE(v_->list_breaches({.brands = {"globex"}, .after = page->next})) << "another list's page";
  EXPECT_FALSE(v_->list_breaches({.brands = {"acme"}, .after = "x"}));
}

TEST_F(views_breaches, are_forgotten_in_time_and_with_who_is_erased) {
  happens(event_type::sla_breached, {.thread = 1});
  happens(event_type::sla_breached, {.thread = 2, .due = start + 1min});
  fold_all();
  domain::event e;
  e.type = event_type::customer_erased;
  e.at = start + 2h;
  e.sequence = 3;
  auto& erased = e.erased.emplace();
  erased.brand.value = "acme";
  erased.account.value = "acme-wa";
  erased.conversation = {{2, 2}, 1};
  auto r = std::make_shared<record>(encode(e, "/t"));
  r->sequence = log_.size() + 1;
  log_.push_back(std::move(r));
  fold_all();
  EXPECT_THAT(rows(), ElementsAre("1 firstResponse"));
  EXPECT_EQ(rows_on_disk(), 2u) << "the other's, and where it is";
  const auto later = start + breaches_kept + 48h;
  happens(event_type::sla_breached, {.thread = 4, .due = later, .at = later});
  fold_all();
  EXPECT_THAT(rows(), ElementsAre("4 firstResponse"));
  EXPECT_EQ(rows_on_disk(), 2u);
  happens(event_type::sla_breached, {.thread = 5, .due = start, .at = later});
  fold_all();
  EXPECT_THAT(rows(), ElementsAre("4 firstResponse")) << "what is older than is kept is not even put";
}

TEST_F(views_breaches, fold_to_the_same_rows_again) {
  for (std::uint64_t n = 1; n <= 40; ++n) {
    happens(event_type::sla_breached, {.thread = n % 7 + 1, .due = start + std::chrono::minutes{n}});
  }
  fold_all();
  const auto once = rows_of(*v_);
  open();
  fold(log_, 7);
  EXPECT_TRUE(same_rows(rows_of(*v_), once));
}

}  // namespace
}  // namespace switchboard::storage::testing
