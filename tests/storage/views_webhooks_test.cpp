// Deliveries to webhooks, as the views keep them: what waits all of it, what is over so many, the latest events'.

#include "storage/codec.hpp"
#include "views_fixture.hpp"

namespace switchboard::storage::testing {
namespace {

using namespace std::chrono_literals;
namespace webhooks = domain::webhooks;
using webhooks::outcome;

class views_webhooks : public views_test {
 protected:
  static webhooks::attempt attempt(std::uint64_t event, outcome what, std::uint32_t tries = 1) {
    webhooks::attempt a;
    a.event = event;
    a.type = domain::event_type::message_received;
    a.conversation = {{7, 7}, 1};
    a.what = what;
    a.tries = tries;
    a.first = start;
    if (what == outcome::failed || what == outcome::waiting) a.next = start + 5s;
    return a;
  }
  void note(std::uint64_t settled, std::vector<webhooks::attempt> attempts, std::string webhook = "crm",
            std::string brand = "acme", bool gone = false) {
    domain::event e;
    e.type = domain::event_type::webhook_noted;
    e.at = start + std::chrono::seconds{static_cast<std::int64_t>(log_.size())};
    e.delivery = webhooks::note{.brand = {std::move(brand)},
                                .webhook = std::move(webhook),
                                .settled = settled,
                                .gone = gone,
                                .attempts = std::move(attempts)};
    auto r = std::make_shared<record>(encode(e, "/t"));
    r->sequence = log_.size() + 1;
    log_.push_back(std::move(r));
  }
  void fold_all() {
    fold({log_.begin() + static_cast<std::ptrdiff_t>(folded_), log_.end()});
    folded_ = log_.size();
  }
  /// "event outcome tries" of each row.
  [[nodiscard]] std::vector<std::string> rows(std::string_view webhook = "crm",
                                              std::string_view brand = "acme") const {
    std::vector<std::string> found;
    v_->each_delivery(brand, webhook, every_delivery, [&](delivery_row&& row) {
      found.push_back(std::to_string(row.last.event) + ' ' + std::string(to_word(row.last.what)) + ' ' +
                      std::to_string(row.last.tries));
      return true;
    });
    return found;
  }

  using lines = std::vector<std::string>;
  static constexpr domain::timestamp start{1'795'248'000s};
  std::vector<record_ptr> log_;
  std::size_t folded_ = 0;
};

TEST_F(views_webhooks, say_where_each_goes_on_and_what_waits) {
  EXPECT_FALSE(v_->webhook("acme", "crm"));
  note(10, {attempt(11, outcome::failed), attempt(12, outcome::delivered)});
  note(15, {attempt(14, outcome::waiting, 0)}, "crm", "acme", true);
  note(3, {attempt(11, outcome::given_up, 9)}, "crm", "globex");
  note(4, {}, "crm2");
  fold_all();
  ASSERT_TRUE(v_->webhook("acme", "crm"));
  EXPECT_EQ(v_->webhook("acme", "crm")->settled, 15u);
  EXPECT_TRUE(v_->webhook("acme", "crm")->gone);
  EXPECT_EQ(v_->webhook("globex", "crm")->settled, 3u);
  EXPECT_FALSE(v_->webhook("globex", "crm")->gone);
  EXPECT_EQ(v_->webhook("acme", "crm2")->settled, 4u);
  EXPECT_EQ(rows(), (lines{"14 waiting 0", "12 delivered 1", "11 failed 1"})) << "the latest event first";
  EXPECT_EQ(rows("crm", "globex"), lines{"11 given_up 9"}) << "of its own brand";
  EXPECT_EQ(rows("crm2"), lines{});
  EXPECT_EQ(rows("cr"), lines{});
}

TEST_F(views_webhooks, have_the_last_attempt_of_each_with_its_time) {
  note(10, {attempt(11, outcome::failed)});
  note(11, {attempt(11, outcome::failed, 2)});
  note(11, {attempt(11, outcome::delivered, 3)});
  fold_all();
  EXPECT_EQ(rows(), lines{"11 delivered 3"});
  v_->each_delivery("acme", "crm", every_delivery, [&](delivery_row&& row) {
    EXPECT_EQ(row.at, start + 2s);
    EXPECT_EQ(row.last, attempt(11, outcome::delivered, 3));
    return true;
  });
}

TEST_F(views_webhooks, end_where_enough_was_seen) {
  note(20,
       {attempt(11, outcome::delivered), attempt(12, outcome::delivered), attempt(13, outcome::delivered)});
  fold_all();
  std::size_t many = 0;
  v_->each_delivery("acme", "crm", every_delivery, [&](delivery_row&&) { return ++many < 2; });
  EXPECT_EQ(many, 2u);
  std::vector<std::uint64_t> before;
  v_->each_delivery("acme", "crm", 13, [&](delivery_row&& row) {
    before.push_back(row.last.event);
    return true;
  });
  EXPECT_EQ(before, (std::vector<std::uint64_t>{12, 11})) << "so a page goes on where the last ended";
}

TEST_F(views_webhooks, keep_what_waits_and_so_many_of_what_is_over_also_over_a_start) {
  note(1, {attempt(1, outcome::failed)});
  std::vector<webhooks::attempt> some;
  for (std::uint64_t event = 2; event < 2 + deliveries_max; ++event)
    some.push_back(attempt(event, outcome::delivered));
  note(deliveries_max + 1, some);
  fold_all();
  EXPECT_EQ(rows().size(), deliveries_max + 1);
  ASSERT_TRUE(v_->flush());
  open();
  note(deliveries_max + 9,
       {attempt(deliveries_max + 5, outcome::given_up), attempt(deliveries_max + 6, outcome::delivered)});
  fold_all();
  auto found = rows();
  ASSERT_EQ(found.size(), deliveries_max + 2);
  EXPECT_EQ(found[1], "2005 given_up 1") << "what a replay may still bring goes by a bound of its own";
  EXPECT_EQ(found.back(), "1 failed 1");
  EXPECT_EQ(found[found.size() - 2], "3 delivered 1") << "2 was the oldest";
  note(deliveries_max + 9, {attempt(1, outcome::delivered, 2)});
  fold_all();
  found = rows();
  EXPECT_EQ(found.size(), deliveries_max + 1);
  EXPECT_EQ(found.back(), "3 delivered 1") << "now 1 is over, and older than all of them";
}

TEST_F(views_webhooks, fold_to_the_same_rows_again) {
  for (std::uint64_t n = 1; n <= 60; ++n) {
    note(n,
         {attempt(n, n % 3 == 0 ? outcome::failed : outcome::delivered),
          attempt(1 + n / 2, outcome::waiting, 0)},
         n % 2 == 0 ? "crm" : "erp");
  }
  fold_all();
  const auto once = rows_of(*v_);
  open();
  fold(log_, 7);
  EXPECT_TRUE(same_rows(rows_of(*v_), once));
  v_.reset();
  std::filesystem::remove_all(dir_);
  open();
  fold(log_, 60);
  EXPECT_TRUE(same_rows(rows_of(*v_), once)) << "from the log alone";
}

}  // namespace
}  // namespace switchboard::storage::testing
