// A brand's router without its actor: what it leaves in the log, and when.

#include "actors/router_owner.hpp"

#include "storage/codec.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace switchboard::actors {
namespace {

using domain::event_type;
using testing::small_node;

class router_owner_test : public ::testing::Test {
 protected:
  router_owner_test() {
    links_.of = &node_.node();
    links_.execute = [](auto&&...) {};
    links_.tell_agent = [](auto&&...) {};
    owner_ = make();
  }

  std::unique_ptr<router_owner> make() {
    return std::make_unique<router_owner>(links_, "acme", [this](router_owner::task t) {
      const std::lock_guard lock{mutex_};
      later_.push_back(std::move(t));
    });
  }
  static config::settings with_queue() {
    config::settings s;
    s.version = "0000000000000001";
    s.brands.emplace_back().id = {"acme"};
    s.queues.push_back({.id = {"support"}, .brand = {"acme"}});
    s.index();
    return s;
  }
  static config::settings without_queue() {
    config::settings s;
    s.version = "0000000000000002";
    s.brands.emplace_back().id = {"acme"};
    s.index();
    return s;
  }
  /// Ticks it, and runs what the log gives it to do.
  void tick() {
    owner_->tick();
    node_.commit();
    std::deque<router_owner::task> due;
    {
      const std::lock_guard lock{mutex_};
      due.swap(later_);
    }
    for (auto& t : due) t(*owner_);
  }
  [[nodiscard]] std::vector<domain::routing_save> saves() const {
    std::vector<domain::routing_save> found;
    for (const auto& r : node_.events()) {
      if (r->type != event_type::routing_saved) continue;
      found.push_back(*storage::decode(r->bytes)->saved);
    }
    return found;
  }

  mutable small_node node_;
  routing_links links_;
  std::mutex mutex_;
  std::deque<router_owner::task> later_;
  std::unique_ptr<router_owner> owner_;
};

TEST_F(router_owner_test, is_saved_again_where_only_others_write_the_log) {
  owner_->configure(with_queue());
  tick();
  owner_->has_read(1'000'000 - 1);
  tick();
  EXPECT_EQ(saves().size(), 0u);
  owner_->has_read(1'000'000);
  tick();
  ASSERT_EQ(saves().size(), 1u);
  EXPECT_EQ(saves()[0].consumed, 1'000'000u) << "else the log before would have to be kept";
  tick();
  owner_->has_read(1'500'000);
  tick();
  EXPECT_EQ(saves().size(), 1u);
}

TEST_F(router_owner_test, is_saved_again_also_where_its_brand_has_no_queue_any_more) {
  owner_->configure(with_queue());
  owner_->has_read(1'000'000);
  tick();
  ASSERT_EQ(saves().size(), 1u);
  const auto before = node_.events();
  owner_ = make();
  for (const auto& r : before) owner_->recover(*r);
  EXPECT_FALSE(owner_->is_new());
  EXPECT_EQ(owner_->consumed(), 1'000'000u);
  owner_->recovered(without_queue());
  EXPECT_TRUE(owner_->is_off());
  owner_->has_read(2'000'000);
  tick();
  ASSERT_EQ(saves().size(), 2u);
  EXPECT_EQ(saves()[1].consumed, 2'000'000u);
}

}  // namespace
}  // namespace switchboard::actors
