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
    links_.execute = [this](auto&&, domain::command c, auto&& reply) {
      if (auto* const r = std::get_if<domain::route>(&c)) routed_.push_back({*r, std::move(reply)});
    };
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
    s.agents.push_back({.id = {"ada"}, .brand = {"acme"}});
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
  static domain::event about(event_type type, std::uint64_t version, std::uint64_t routed = 0) {
    domain::event e;
    e.type = type;
    e.at = domain::timestamp{std::chrono::seconds{1'800'000'000}};
    auto& c = e.conversation.emplace();
    c.id = case_;
    c.brand = {"acme"};
    c.version = version;
    c.routed = routed;
    c.created_at = c.updated_at = e.at;
    if (type == event_type::conversation_closed) c.status = domain::conversation_status::closed;
    e.sequence = version;
    return e;
  }
  /// It reads the log's next record, which is this one.
  void read(const domain::event& e) {
    auto r = std::make_shared<storage::record>(storage::encode(e, "n"));
    r->sequence = owner_->consumed() + 1;
    owner_->follow({std::move(r)});
    tick();
  }
  /// The conversation has taken over what was decided about it last.
  void settle(std::uint64_t version) {
    ASSERT_FALSE(routed_.empty());
    auto reply = std::move(routed_.back().reply);
    routed_.clear();
    reply({.conversation = "{}", .version = version});
    tick();
  }
  std::optional<routing_result> act(const routing_act& what) {
    auto said = std::make_shared<std::optional<routing_result>>();
    owner_->act(what, [said](routing_result&& r) { *said = std::move(r); });
    tick();
    return *said;
  }
  [[nodiscard]] std::string owner_of() const {
    const auto& s = owner_->state();
    const auto slot = s.items.find(case_);
    if (slot == domain::routing::no_slot || s.items[slot].owner == domain::routing::no_agent) return {};
    return s.config->agents[s.items[slot].owner].id.value;
  }
  [[nodiscard]] std::vector<domain::routing_save> saves() const {
    std::vector<domain::routing_save> found;
    for (const auto& r : node_.events()) {
      if (r->type != event_type::routing_saved) continue;
      found.push_back(*storage::decode(r->bytes)->saved);
    }
    return found;
  }

  struct told {
    domain::route what;
    std::function<void(command_result&&)> reply;
  };
  static constexpr domain::conversation_id case_{{7, 7}, 1};
  std::vector<told> routed_;  ///< what conversations were told
  std::mutex mutex_;
  std::deque<router_owner::task> later_;
  mutable small_node node_;  ///< behind what its journal's thread writes to
  routing_links links_;
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

TEST_F(router_owner_test, who_acts_on_what_he_saw_is_refused_where_it_was_decided_otherwise_since) {
  owner_->configure(with_queue());
  read(about(event_type::conversation_reopened, 1));
  const auto looked = std::chrono::steady_clock::now();
  const auto to_ada = [&](std::uint64_t version, std::chrono::steady_clock::time_point at) {
    return act(assign_to{.conversation = case_, .agent = {"ada"}, .seen = if_seen{version, at}});
  };
  const auto is_stale = [](const std::optional<routing_result>& r) {
    return r && r->conversation_refused && r->conversation_refused->why == domain::refusal::stale_version;
  };
  EXPECT_TRUE(is_stale(to_ada(1, looked))) << "queued, and the conversation has not taken it over yet";
  settle(2);
  EXPECT_TRUE(is_stale(to_ada(1, looked))) << "… and now it has, where the views may not show it yet";
  const auto late = to_ada(2, looked - settled_versions::known_for);
  ASSERT_TRUE(late);
  EXPECT_TRUE(late->busy) << "who looked so long ago may have missed what is known no more";
  EXPECT_EQ(owner_of(), "");
  EXPECT_EQ(to_ada(2, looked), std::nullopt) << "it waits for its conversation";
  EXPECT_EQ(owner_of(), "ada");
  EXPECT_TRUE(is_stale(act(assign_to_nobody{.conversation = case_, .seen = if_seen{2, looked}})));
  EXPECT_EQ(owner_of(), "ada") << "the other of two who saw the same";
}

/// As a caller may see it: nobody has it, and its customer is to answer.
std::shared_ptr<const domain::conversation> snoozed(const domain::conversation& of) {
  auto c = of;
  c.status = domain::conversation_status::snoozed;
  return std::make_shared<const domain::conversation>(c);
}

TEST_F(router_owner_test,
       gives_what_waits_for_its_customer_to_whom_somebody_wants_and_frees_him_where_it_had_ended) {
  owner_->configure(with_queue());
  const auto as = snoozed(*about(event_type::conversation_updated, 3).conversation);
  const auto to_ada = [&] { return act(assign_to{.conversation = case_, .agent = {"ada"}, .as = as}); };
  ASSERT_EQ(to_ada(), std::nullopt) << "it waits for its conversation";
  ASSERT_EQ(routed_.size(), 1u) << "it is nobody's to take, so it was not queued";
  EXPECT_EQ(routed_[0].what.type, event_type::conversation_assigned);
  EXPECT_EQ(routed_[0].what.agent.value, "ada");
  EXPECT_EQ(routed_[0].what.queue.value, "support");
  EXPECT_EQ(owner_of(), "ada");
  // It was solved meanwhile, and so has nothing to say.
  auto reply = std::move(routed_.back().reply);
  reply({.version = 4});
  tick();
  EXPECT_EQ(owner_of(), "");
  const auto again = to_ada();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->refused, domain::routing::refusal::unknown_conversation) << "what he saw is of before";
}

TEST_F(router_owner_test, has_what_came_with_its_owner_behind_a_restart) {
  owner_->configure(with_queue());
  const auto as = snoozed(*about(event_type::conversation_updated, 3).conversation);
  ASSERT_EQ(act(assign_to{.conversation = case_, .agent = {"ada"}, .as = as}), std::nullopt);
  const auto before = node_.events();
  routed_.clear();
  owner_ = make();
  for (const auto& r : before) owner_->recover(*r);
  owner_->recovered(with_queue());
  EXPECT_EQ(owner_of(), "ada");
  ASSERT_EQ(routed_.size(), 1u) << "its conversation is told again";
  auto reply = std::move(routed_.back().reply);
  reply({.version = 4});
  tick();
  EXPECT_EQ(owner_of(), "") << "it was solved meanwhile";
}

TEST_F(router_owner_test, whose_it_was_before_there_was_a_router_is_asked_of_nobody_else) {
  owner_->configure(with_queue());
  auto c = *about(event_type::conversation_updated, 3).conversation;
  c.assigned_to = {"ada"};
  owner_->import({c});
  tick();
  ASSERT_EQ(routed_.size(), 1u);
  EXPECT_EQ(routed_[0].what.type, event_type::conversation_assigned);
  EXPECT_EQ(owner_of(), "ada");
}

TEST_F(router_owner_test, takes_no_late_decision_of_its_own_for_somebodys) {
  owner_->configure(with_queue());
  read(about(event_type::conversation_reopened, 1));
  ASSERT_EQ(act(assign_to{.conversation = case_, .agent = {"ada"}}), std::nullopt);
  const auto assigned = routed_.back().what;
  read(about(event_type::conversation_closed, 2));
  read(about(event_type::conversation_reopened, 3));
  ASSERT_EQ(owner_of(), "");
  // What was decided in its first stay comes behind its being open again.
  auto late = about(event_type::conversation_assigned, 4, assigned.sequence);
  late.conversation->assigned_to = {"ada"};
  read(late);
  EXPECT_EQ(owner_of(), "");
}

TEST_F(router_owner_test, takes_for_somebodys_what_people_said_while_there_were_no_queues) {
  owner_->configure(with_queue());
  read(about(event_type::conversation_reopened, 1));
  ASSERT_EQ(act(assign_to{.conversation = case_, .agent = {"ada"}}), std::nullopt);
  const auto assigned = routed_.back().what;
  read(about(event_type::conversation_closed, 2));
  owner_->configure(without_queue());
  owner_->configure(with_queue());
  read(about(event_type::conversation_reopened, 3));
  ASSERT_EQ(owner_of(), "");
  auto by_hand = about(event_type::conversation_assigned, 4, assigned.sequence);
  by_hand.conversation->assigned_to = {"ada"};
  read(by_hand);
  EXPECT_EQ(owner_of(), "ada");
}

}  // namespace
}  // namespace switchboard::actors
