// A router's side of its shadow: what it hands over, when it leaves it out, and how that begins anew. Nobody waits.

#include "actors/shadow_feed.hpp"

#include "actors/routing_calls.hpp"
#include "domain/routing/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::actors {
namespace {

namespace routing = domain::routing;
using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr domain::timestamp start{std::chrono::hours{24 * 365 * 55}};

class shadow_feed_test : public testing::Test {
 protected:
  shadow_feed_test() {
    of_.on_problem = [this](std::string what) { problems_.push_back(std::move(what)); };
    routing::router_config c{.version = 2, .channels = {{.units = 1}}};
    c.queues = {{.id = {"support"}}, {.id = {"vip"}}};
    (void)routing::turn(live_, routing::tell_config{std::make_shared<const routing::router_config>(c)}, now_);
  }

  /// A config whose shadow sends everything to vip.
  static config::settings_ptr settings(std::string version, std::uint32_t behind_max = 1'000,
                                       bool cast = true) {
    auto s = std::make_shared<config::settings>();
    s->brands.emplace_back();
    s->brands.back().id = {"acme"};
    s->version = std::move(version);
    s->routing.shadow_behind_max = behind_max;
    s->routing.shadow_kept = 3;
    if (!cast) return s;
    auto of = std::make_shared<config::settings>(*s);
    for (const auto* id : {"support", "vip"}) {
      of->queues.push_back({.id = {id}, .brand = {"acme"}, .name = id});
    }
    of->routing.rules = {{.rule = {.name = "all"}, .queue = {"vip"}}};
    of->version = "ff" + of->version;
    of->index();
    s->shadow = std::move(of);
    s->index();
    return s;
  }
  void configure(config::settings_ptr s) {
    feed_.configure(
        s, [this](shadow_task_ptr t) { sent_.push_back(std::move(t)); }, live_, now_);
  }
  void arrive() {
    routing::live_turn t{
        .command = routing::tell_conversation{std::make_shared<const routing::conversation_facts>(
            routing::conversation_facts{.id = {{1, ++conversations_}, 1}, .version = 1})},
        .sequence = live_.sequence,
        .told = routing::subject{.brand = {"acme"}}};
    t.events = routing::turn(live_, t.command, now_, &t.why).events;
    t.at = live_.now;
    feed_.tell(std::move(t), of_);
  }
  /// As the thread of all shadows does it.
  void run_all() {
    while (!sent_.empty()) {
      const auto t = sent_.front();
      sent_.pop_front();
      if (!owner_) owner_.emplace(of_, t->board);
      t->run(*owner_);
      t->board->behind -= t->cost;
    }
  }
  router_figures figures() const {
    router_figures f;
    feed_.add_to(f);
    return f;
  }
  std::uint64_t differing() const {
    return figures().shadow_outcomes[static_cast<std::size_t>(routing::shadow_outcome::other_queue)];
  }

  node of_;
  std::vector<std::string> problems_;
  domain::timestamp now_ = start;
  routing::router_state live_;
  shadow_feed feed_{"acme"};
  std::deque<shadow_task_ptr> sent_;
  std::optional<shadow_owner> owner_;
  std::uint64_t conversations_ = 0;
};

TEST_F(shadow_feed_test, tells_it_what_happens_and_shows_what_it_found) {
  configure(settings("1"));
  ASSERT_TRUE(feed_.is_on());
  for (int n = 0; n < 5; ++n) arrive();
  EXPECT_GT(figures().shadow_behind, 0u);
  EXPECT_EQ(differing(), 0u) << "nobody waited for it";
  run_all();
  EXPECT_EQ(figures().shadow_behind, 0u);
  EXPECT_EQ(differing(), 5u);
  const auto row = feed_.row();
  EXPECT_THAT(row, HasSubstr(R"({"brand":"acme","configVersion":4081,"following":true,"since":")"));
  EXPECT_THAT(row, HasSubstr(R"("outcomes":{"same":0,"other_queue":5,)"));
  std::size_t kept = 0;
  for (auto at = row.find("\"conversation\""); at != std::string::npos;
       at = row.find("\"conversation\"", at + 1))
    ++kept;
  EXPECT_EQ(kept, 3u) << "no more than shadow_kept";
  EXPECT_THAT(problems_, testing::IsEmpty());
}

TEST_F(shadow_feed_test, leaves_out_what_is_too_far_behind_and_begins_anew_when_it_has_taken_the_rest) {
  configure(settings("1", 100));
  for (int n = 0; n < 200; ++n) arrive();
  const auto waiting = sent_.size();
  EXPECT_LE(figures().shadow_behind, 100u);
  EXPECT_LT(waiting, 101u);
  EXPECT_EQ(figures().shadow_skipped, 201 - waiting) << "the first of those that wait begins it";
  ASSERT_EQ(problems_.size(), 1u) << "said once";
  EXPECT_THAT(problems_[0], HasSubstr("behind by more than routing.shadow_behind_max"));
  EXPECT_THAT(feed_.row(), HasSubstr(R"("following":false)"));
  now_ += 2min;
  feed_.tick(live_, now_);
  EXPECT_EQ(sent_.size(), waiting) << "it has not taken the rest";
  run_all();
  feed_.tick(live_, now_);
  EXPECT_THAT(feed_.row(), HasSubstr(R"("following":true)"));
  const auto before = differing();
  arrive();
  run_all();
  EXPECT_EQ(differing(), before + 1);
  EXPECT_THAT(problems_, testing::SizeIs(1));
}

TEST_F(shadow_feed_test, shows_what_differed_between_the_present_two_configs_only) {
  configure(settings("1"));
  arrive();
  run_all();
  arrive();
  configure(settings("2"));
  EXPECT_THAT(feed_.row(), HasSubstr(R"("other_queue":0,)"));
  run_all();
  EXPECT_THAT(feed_.row(), HasSubstr(R"("other_queue":0,)")) << "it was on its way to the one before";
  EXPECT_THAT(feed_.row(), HasSubstr(R"("differences":[]})"));
  arrive();
  run_all();
  EXPECT_THAT(feed_.row(), HasSubstr(R"("other_queue":1,)"));
  EXPECT_EQ(differing(), 3u) << "a counter never goes back";
}

TEST_F(shadow_feed_test, begins_anew_no_oftener_than_once_a_minute) {
  configure(settings("1"));
  run_all();
  owner_->fail("a fault");
  EXPECT_EQ(figures().shadow_failures, 1u);
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_THAT(problems_[0], HasSubstr("the shadow of brand acme's routing ended"));
  EXPECT_THAT(problems_[0], HasSubstr("a fault"));
  arrive();
  EXPECT_EQ(figures().shadow_skipped, 1u);
  now_ += 59s;
  feed_.tick(live_, now_);
  EXPECT_TRUE(sent_.empty());
  now_ += 1s;
  feed_.tick(live_, now_);
  run_all();
  arrive();
  run_all();
  EXPECT_EQ(differing(), 1u);
}

TEST_F(shadow_feed_test, ends_a_shadow_that_missed_something) {
  configure(settings("1"));
  run_all();
  arrive();
  arrive();
  sent_.pop_front();
  run_all();
  EXPECT_EQ(figures().shadow_failures, 1u);
  EXPECT_THAT(problems_.at(0), HasSubstr("it knows the router up to"));
}

TEST_F(shadow_feed_test, begins_anew_with_another_config_and_not_with_the_same) {
  configure(settings("1"));
  run_all();
  configure(settings("1"));
  EXPECT_TRUE(sent_.empty());
  arrive();
  run_all();
  EXPECT_THAT(feed_.row(), HasSubstr("c_"));
  feed_.forget();
  configure(settings("1"));
  EXPECT_EQ(sent_.size(), 1u) << "the live router has another config";
  configure(settings("2"));
  EXPECT_EQ(sent_.size(), 2u);
  EXPECT_THAT(feed_.row(), testing::Not(HasSubstr("c_"))) << "what was found by another config is not its";
  configure(settings("3", 1'000, false));
  EXPECT_FALSE(feed_.is_on());
  EXPECT_FALSE(figures().has_shadow);
}

}  // namespace
}  // namespace switchboard::actors
