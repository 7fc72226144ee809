// The rows of the platforms' limits: the latest of each, none that is over, the same wherever a crash falls.

#include "storage/codec.hpp"
#include "views_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace switchboard::storage::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class views_limits : public views_test {
 protected:
  static domain::kept_limit of_account(const std::string& limit, std::uint64_t units,
                                       domain::timestamp free_at) {
    return {.whose = "acme-x", .limit = limit, .level = {.held = {{units, free_at}}}};
  }
  void note(std::vector<domain::kept_limit> limits) {
    now_ += 1s;
    domain::event e;
    e.type = domain::event_type::outbox_attempted;
    e.at = now_;
    e.attempt = domain::outbox_attempt{
        .brand = {"acme"}, .account = {"acme-x"}, .messages = {}, .limits = std::move(limits)};
    auto r = std::make_shared<record>(encode(e, "/t"));
    r->sequence = log_.size() + 1;
    log_.push_back(std::move(r));
  }
  /// "limit=units" of each row.
  [[nodiscard]] std::vector<std::string> rows() const {
    std::vector<std::string> found;
    v_->each_limit([&](domain::kept_limit&& k) {
      std::uint64_t units = 0;
      for (const auto& h : k.level.held) units += h.units;
      found.push_back(k.limit + "=" + std::to_string(units));
    });
    return found;
  }

  domain::timestamp now_{std::chrono::seconds{1'795'248'000}};
  std::vector<record_ptr> log_;
};

TEST_F(views_limits, have_the_latest_of_each) {
  note({of_account("x.dm", 1, now_ + 15min), of_account("x.dm_day", 1, now_ + 24h)});
  note({of_account("x.dm", 2, now_ + 15min)});
  fold(log_);
  EXPECT_THAT(rows(), ElementsAre("x.dm=2", "x.dm_day=1"));
  ASSERT_TRUE(v_->flush());
  open();
  EXPECT_THAT(rows(), ElementsAre("x.dm=2", "x.dm_day=1"));
}

TEST_F(views_limits, tell_whose_they_are_apart) {
  auto mine = of_account("x.dm", 1, now_ + 1h), another = mine, app = mine, one = mine, two = mine;
  another.whose = "other-x";
  app.of = domain::quota::scope::application;
  app.whose = "source x";
  one.of = two.of = domain::quota::scope::recipient;
  one.thread = {1, 2};
  two.thread = {1, 3};
  note({mine, another, app, one, two});
  fold(log_);
  std::vector<domain::kept_limit> found;
  v_->each_limit([&](domain::kept_limit&& k) { found.push_back(std::move(k)); });
  EXPECT_THAT(found, ::testing::UnorderedElementsAre(mine, another, app, one, two));
}

TEST_F(views_limits, go_when_they_are_over) {
  for (int i = 0; i < 1'000; ++i) note({of_account("pair" + std::to_string(i), 1, now_ + 3s)});
  fold(log_);
  EXPECT_LE(rows().size(), 3u);
  note({of_account("pair", 1, now_)});
  now_ += 1h;
  note({of_account("pair", 0, {})});
  fold(log_);
  EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(views_limits, are_the_same_after_a_crash_anywhere) {
  for (int i = 0; i < 12; ++i) {
    note({of_account("pair" + std::to_string(i), 1, now_ + (i % 3 == 0 ? 1h : 4s)),
          of_account("x.dm", static_cast<std::uint64_t>(i), now_ + 15min)});
  }
  fold(log_);
  const auto all = rows_of(*v_);
  const auto expected = rows();
  for (std::size_t cut = 1; cut < log_.size(); ++cut) {
    TearDown();
    open();
    fold({log_.begin(), log_.begin() + static_cast<std::ptrdiff_t>(cut)}, 2);
    if (cut % 2 == 0) {
      ASSERT_TRUE(v_->flush());
    }
    open();  // what was not flushed is folded again
    fold(log_);
    EXPECT_EQ(rows(), expected) << "cut at " << cut;
    EXPECT_TRUE(same_rows(rows_of(*v_), all)) << "cut at " << cut;
  }
}

/// As an earlier version wrote it, which knew of no limits.
TEST_F(views_limits, are_none_where_an_attempt_says_nothing_of_them) {
  const auto a = decode_attempt(R"({"brand":"acme","accountId":"acme-x","begun":true,"messages":[]})");
  ASSERT_TRUE(a);
  EXPECT_TRUE(a->limits.empty());
  EXPECT_FALSE(decode_limit(R"({"of":"account","whose":"a","held":[1]})")) << "units without a time";
  EXPECT_FALSE(decode_limit(R"({"of":"nobody","whose":"a"})"));
}

}  // namespace
}  // namespace switchboard::storage::testing
