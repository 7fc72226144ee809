// Lists by deadline: overdue first, then what is due earliest, then what waits for nothing; whatever is written, folded again, filtered,
// erased, or on the next page.

#include "domain/sla/clocks.hpp"
#include "domain/sla/note.hpp"
#include "storage/codec.hpp"
#include "views_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

namespace switchboard::storage::testing {
namespace {

using namespace std::chrono_literals;
using domain::event_type;
using domain::sla::clock_state;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

const domain::timestamp start{1'795'248'000s};

using names = std::vector<std::string>;

class views_deadlines : public views_test {
 protected:
  struct said {
    std::uint64_t thread = 1;
    std::optional<domain::timestamp> due = {};  ///< nullopt: nothing is waited for
    bool missed = false, paused = false;
    std::string brand = "acme", assignee = {};
    domain::conversation_status status = domain::conversation_status::open;
    std::vector<std::string> tags = {};
    event_type type = event_type::sla_armed;
  };
  /// What a conversation is like from now on.
  void is(const said& s) {
    domain::event e;
    e.type = s.type;
    e.at = start + std::chrono::seconds{static_cast<std::int64_t>(log_.size())};
    auto& c = e.conversation.emplace();
    c.id = {{s.thread, s.thread}, 1 + erased_[s.thread]};
    c.brand.value = s.brand;
    c.account.value = s.brand + "-wa";
    c.customer.value = "cu_" + std::to_string(s.thread);
    c.assigned_to.value = s.assignee;
    c.status = s.status;
    c.tags = s.tags;
    c.updated_at = e.at;
    auto& known = known_[s.thread];
    e.sequence = ++known.events;
    if (known.events > 1)
      e.previous = {{.status = known.is.status, .priority = c.priority, .updated_at = known.updated}};
    domain::sla::clock k{.started = start - 1h, .target = 1h, .from = start - 1h};
    k.due = s.paused ? std::nullopt : s.due;
    k.breached = s.missed;
    k.state = s.paused ? clock_state::paused : s.due ? clock_state::running : clock_state::met;
    if (!s.due) k.ended = start;
    c.sla = domain::sla::kept_clocks(domain::sla::clocks{.cycle = 1, .all = {k}});
    if (s.type == event_type::sla_armed) e.sla.emplace() = {.type = s.type, .clock = k, .at = e.at};
    known.is = s;
    known.updated = e.at;
    auto r = std::make_shared<record>(encode(e, "/t"));
    r->sequence = log_.size() + 1;
    log_.push_back(std::move(r));
  }
  void erase(std::uint64_t thread, const std::string& brand = "acme") {
    domain::event e;
    e.type = event_type::customer_erased;
    e.at = start + 1h;
    e.sequence = ++known_[thread].events;
    auto& erased = e.erased.emplace();
    erased.brand.value = brand;
    erased.account.value = brand + "-wa";
    erased.conversation = {{thread, thread}, ++erased_[thread]};
    auto r = std::make_shared<record>(encode(e, "/t"));
    r->sequence = log_.size() + 1;
    log_.push_back(std::move(r));
    known_.erase(thread);
  }
  void fold_all() {
    fold({log_.begin() + static_cast<std::ptrdiff_t>(folded_), log_.end()});
    folded_ = log_.size();
  }
  [[nodiscard]] std::vector<std::uint64_t> threads(names brands = {"acme"}, std::size_t limit = 1000) const {
    conversation_query q;
    q.brands = std::move(brands);
    return threads(std::move(q), limit);
  }
  [[nodiscard]] std::vector<std::uint64_t> threads(conversation_query q, std::size_t limit) const {
    q.sort = conversation_query::order::deadline;
    std::vector<std::uint64_t> all;
    for (const auto& id : all_pages(q, limit)) all.push_back(id.thread.high);
    return all;
  }
  /// As the order is defined.
  [[nodiscard]] std::vector<std::uint64_t> expected_threads(const std::vector<std::string>& brands) const {
    using place = std::tuple<bool, domain::timestamp, std::int64_t, std::uint64_t>;
    std::vector<place> all;
    for (const auto& [thread, k] : known_) {
      if (std::ranges::find(brands, k.is.brand) == brands.end()) continue;
      const bool waits = k.is.due && !k.is.paused;
      all.emplace_back(!waits, waits ? *k.is.due : domain::timestamp{},
                       waits ? 0 : -k.updated.time_since_epoch().count(), thread);
    }
    std::ranges::sort(all);
    std::vector<std::uint64_t> threads;
    for (const auto& p : all) threads.push_back(std::get<3>(p));
    return threads;
  }

  struct conversation {
    said is;
    std::uint64_t events = 0;
    domain::timestamp updated;
  };
  std::map<std::uint64_t, conversation> known_;    ///< by thread
  std::map<std::uint64_t, std::uint32_t> erased_;  ///< … so many of its conversations
  std::vector<record_ptr> log_;
  std::size_t folded_ = 0;
};

TEST_F(views_deadlines, put_the_overdue_first_and_what_waits_for_nothing_last) {
  is({.thread = 1});
  is({.thread = 2, .due = start + 2h});
  is({.thread = 3, .due = start + 1h});
  is({.thread = 4, .due = start - 1h, .missed = true});
  is({.thread = 5, .due = start + 3h, .paused = true});
  is({.thread = 6, .due = start + 30min, .brand = "globex"});
  fold_all();
  EXPECT_THAT(threads(), ElementsAre(4, 3, 2, 5, 1));
  EXPECT_THAT(threads(names{"acme", "globex"}), ElementsAre(4, 6, 3, 2, 5, 1));
  EXPECT_THAT(threads(names{}), ElementsAre(4, 6, 3, 2, 5, 1)) << "all brands";
  is({.thread = 3, .due = start + 4h});
  is({.thread = 2});
  fold_all();
  EXPECT_THAT(threads(), ElementsAre(4, 3, 2, 5, 1)) << "a deadline that moved, one that was met";
  for (std::size_t limit = 1; limit <= 6; ++limit)
    EXPECT_THAT(threads(names{"acme"}, limit), ElementsAre(4, 3, 2, 5, 1));
}

TEST_F(views_deadlines, are_filtered_as_any_list) {
  using domain::conversation_status;
  is({.thread = 1, .due = start + 1h, .assignee = "ann", .tags = {"vip"}});
  is({.thread = 2, .due = start + 2h, .assignee = "bob"});
  is({.thread = 3, .due = start + 3h, .assignee = "ann", .status = conversation_status::pending});
  is({.thread = 4, .assignee = "ann", .tags = {"a \"b\"", "vip"}});
  fold_all();
  const auto of = [&](auto set) {
    conversation_query q;
    q.brands = {"acme"};
    set(q);
    return threads(q, 1);
  };
  EXPECT_THAT(of([](auto& q) { q.assignees = {"ann"}; }), ElementsAre(1, 3, 4));
  EXPECT_THAT(of([](auto& q) { q.tags = {"vip"}; }), ElementsAre(1, 4));
  EXPECT_THAT(of([](auto& q) { q.statuses = {conversation_status::pending}; }), ElementsAre(3));
  EXPECT_THAT(of([](auto& q) { q.customers = {"cu_2"}; }), ElementsAre(2));
  EXPECT_THAT(of([](auto& q) { q.platforms = {domain::platform::x}; }), IsEmpty());
  conversation_query q;
  q.brands = {"acme"};
  q.sort = conversation_query::order::deadline;
  q.limit = 1;
  const auto page = v_->list_conversations(q);
  q.after = page->next;
  q.sort = conversation_query::order::updated;
  EXPECT_FALSE(v_->list_conversations(q)) << "another order's page";
}

TEST_F(views_deadlines, are_in_order_whatever_is_written_or_folded_again) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 60; ++i) {
      said s{.thread = 1 + random() % 25};
      s.brand = s.thread % 3 == 0 ? "globex" : "acme";
      if (random() % 3 != 0) s.due = start + std::chrono::minutes{static_cast<std::int64_t>(random() % 300)};
      s.paused = s.due && random() % 5 == 0;
      s.missed = random() % 4 == 0;
      is(s);
      if (random() % 40 == 0) erase(s.thread, s.brand);
    }
    fold_all();
    if (round % 5 == 1) {
      ASSERT_TRUE(v_->flush());
    }
    if (round % 5 == 2) {
      open();  // as behind a crash: what waited is gone
      folded_ = v_->applied();
      fold_all();
    }
    for (const std::size_t limit : {1, 4, 1000}) {
      EXPECT_THAT(threads(names{"acme"}, limit), ElementsAreArray(expected_threads({"acme"}))) << round;
      EXPECT_THAT(threads(names{"globex", "acme"}, limit),
                  ElementsAreArray(expected_threads({"acme", "globex"})))
          << round;
    }
  }
  const auto once = rows_of(*v_);
  v_.reset();
  std::filesystem::remove_all(dir_);
  open();
  fold(log_, 5);
  EXPECT_TRUE(same_rows(rows_of(*v_), once));
}

TEST_F(views_deadlines, leave_nothing_of_who_is_erased) {
  is({.thread = 1, .due = start + 1h});
  fold_all();
  erase(1);
  fold_all();
  EXPECT_THAT(threads(), IsEmpty());
  const auto rows = v_->store().rows(column::deadlines);
  rows->SeekToFirst();
  EXPECT_FALSE(rows->Valid());
}

}  // namespace
}  // namespace switchboard::storage::testing
