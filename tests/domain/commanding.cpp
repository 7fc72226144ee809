#include "tests/domain/thread_fixture.hpp"

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using status = conversation_status;

struct commanding : thread_test {
  commanding() { feed(text_message("1")); }
};

struct transition {
  status from, to;
  const char* wanted;  ///< nullptr: refused
};
class changing_status : public thread_test, public testing::WithParamInterface<transition> {};

TEST_P(changing_status, gives_one_event_or_a_refusal) {
  const auto [from, to, wanted] = GetParam();
  feed(text_message("1"));
  if (from != status::open) set_status(from);
  patch p = change();
  p.status = to;
  if (to == status::snoozed) p.snooze_until = now + 2h;
  p.tags = {{"t"}};
  if (wanted == nullptr) {
    EXPECT_EQ(refusal_of(p), refusal::invalid);
    return;
  }
  const auto events = run(p);
  EXPECT_EQ(types(events), wanted);
  EXPECT_EQ(current().status, to);
  EXPECT_EQ(current().tags, (std::vector<std::string>{"t"})) << "rides on the same event";
  EXPECT_EQ(events[0].origin, (event_origin{"command", "", ""}));
  EXPECT_EQ(events[0].previous->status, from);
}

INSTANTIATE_TEST_SUITE_P(
    table, changing_status,
    testing::Values(transition{status::open, status::pending, "conversation.updated"},
                    transition{status::open, status::snoozed, "conversation.updated"},
                    transition{status::open, status::resolved, "conversation.resolved"},
                    transition{status::open, status::closed, "conversation.closed"},
                    transition{status::open, status::open, "conversation.updated"},
                    transition{status::pending, status::open, "conversation.updated"},
                    transition{status::pending, status::resolved, "conversation.resolved"},
                    transition{status::snoozed, status::open, "conversation.updated"},
                    transition{status::snoozed, status::snoozed, "conversation.updated"},
                    transition{status::snoozed, status::resolved, "conversation.resolved"},
                    transition{status::snoozed, status::closed, "conversation.closed"},
                    transition{status::resolved, status::open, "conversation.reopened"},
                    transition{status::resolved, status::pending, "conversation.updated"},
                    transition{status::resolved, status::resolved, "conversation.updated"},
                    transition{status::resolved, status::closed, "conversation.closed"},
                    transition{status::closed, status::closed, "conversation.updated"},
                    transition{status::closed, status::open, nullptr},
                    transition{status::closed, status::resolved, nullptr},
                    transition{status::closed, status::snoozed, nullptr}));

TEST_F(commanding, a_patch_without_change_gives_nothing) {
  EXPECT_TRUE(run(change()).empty());
  patch p = change();
  p.status = status::open;
  p.priority = priority::medium;
  p.tags = std::vector<std::string>{};
  EXPECT_TRUE(run(p).empty());
  p.tags = {{"a"}};
  EXPECT_EQ(types(run(p)), "conversation.updated");
  EXPECT_TRUE(run(p).empty());
}

TEST_F(commanding, resolving_twice_keeps_the_first_time) {
  set_status(status::resolved);
  now += 10s;
  EXPECT_TRUE(set_status(status::resolved).empty());
  EXPECT_EQ(current().resolved_at, at(100));
}

TEST_F(commanding, versions_guard_against_the_unseen) {
  patch p = change();
  p.if_version = current().version;
  p.priority = priority::high;
  EXPECT_EQ(types(run(p)), "conversation.updated");
  EXPECT_EQ(current().priority, priority::high);
  p.priority = priority::low;
  EXPECT_EQ(refusal_of(p), refusal::stale_version);
  p.priority = priority::high;
  EXPECT_EQ(refusal_of(p), refusal::stale_version) << "also where it would change nothing";
}

TEST_F(commanding, a_snooze_without_a_time_lasts_until_the_customer_writes) {
  patch p = change();
  p.status = status::snoozed;
  EXPECT_EQ(types(run(p)), "conversation.updated");
  EXPECT_EQ(current().status, status::snoozed);
  EXPECT_FALSE(current().snooze_until);
  EXPECT_TRUE(run(wake{current().id}).empty());
  EXPECT_TRUE(run(p).empty());
}

TEST_F(commanding, attributes_are_set_and_removed_by_name) {
  const auto change_to = [&](auto changes) {
    patch p = change();
    p.customer_attributes = std::move(changes);
    return run(p).size();
  };
  using changes = decltype(patch::customer_attributes);
  using all = std::vector<customer_attribute>;
  EXPECT_EQ(change_to(changes{{"plan", "gold"}, {"age", "7"}}), 1u);
  EXPECT_EQ(current().customer_attributes, (all{{"age", "7"}, {"plan", "gold"}}));
  EXPECT_EQ(change_to(changes{{"plan", "gold"}}), 0u) << "it is so already";
  EXPECT_EQ(change_to(changes{{"plan", "free"}, {"age", std::nullopt}, {"none", std::nullopt}}), 1u);
  EXPECT_EQ(current().customer_attributes, (all{{"plan", "free"}}));
}

TEST_F(commanding, attributes_and_languages_that_cannot_be_are_refused) {
  const auto refusal_with = [&](auto&& set) {
    patch p = change();
    set(p);
    return refusal_of(p);
  };
  EXPECT_EQ(refusal_with([](patch& p) { p.language = "German!"; }), refusal::invalid);
  EXPECT_EQ(refusal_with([](patch& p) { p.customer_attributes = {{"", "x"}}; }), refusal::invalid);
  EXPECT_EQ(refusal_with([](patch& p) {
              p.customer_attributes = {{std::string(attribute_name_bytes_max + 1, 'n'), "x"}};
            }),
            refusal::invalid);
  EXPECT_EQ(refusal_with([](patch& p) {
              p.customer_attributes = {{"n", std::string(attribute_value_bytes_max + 1, 'x')}};
            }),
            refusal::invalid);
  EXPECT_EQ(refusal_with([](patch& p) {
              for (std::size_t i = 0; i <= attributes_max; ++i)
                p.customer_attributes.emplace_back(std::to_string(i), "x");
            }),
            refusal::invalid);
  EXPECT_EQ(current().customer_attributes.size(), 0u);
}

TEST_F(commanding, a_time_to_snooze_until_is_to_come_and_snoozes_by_itself) {
  patch p = change();
  p.status = status::snoozed;
  for (const auto over : {0us, 999us}) {  // a time is kept to the millisecond
    p.snooze_until = now + over;
    EXPECT_EQ(refusal_of(p), refusal::invalid);
  }
  p.snooze_until = now + 1ms + 999us;
  EXPECT_EQ(types(run(p)), "conversation.updated");
  EXPECT_EQ(current().snooze_until, now + 1ms);
  EXPECT_TRUE(run(p).empty());
  p.status = status::pending;
  EXPECT_EQ(refusal_of(p), refusal::invalid);
  set_status(status::open);
  p.status.reset();
  EXPECT_EQ(types(run(p)), "conversation.updated");
  EXPECT_EQ(current().status, status::snoozed);
  set_status(status::closed);
  EXPECT_EQ(refusal_of(p), refusal::invalid) << "a closed one takes no status";
}

TEST_F(commanding, a_snooze_ends_when_its_time_has_come_and_once) {
  const wake due{current().id};
  EXPECT_TRUE(run(due).empty()) << "nothing is snoozed";
  set_status(status::snoozed);
  now += 1h - 1us;
  EXPECT_TRUE(run(due).empty()) << "too early";
  now += 1us;
  const auto events = run(due);
  ASSERT_EQ(types(events), "conversation.updated");
  EXPECT_EQ(events[0].previous->status, status::snoozed);
  EXPECT_FALSE(events[0].origin) << "no agent did it";
  EXPECT_EQ(current().status, status::open);
  EXPECT_FALSE(current().snooze_until);
  EXPECT_TRUE(run(due).empty()) << "a timer may fire twice";
}

TEST_F(commanding, a_late_timer_changes_nothing_in_what_went_on_meanwhile) {
  const wake due{current().id};
  set_status(status::snoozed);
  now += 30min;
  set_status(status::snoozed);  // and longer
  now += 31min;
  EXPECT_TRUE(run(due).empty());
  set_status(status::closed);
  now += 2h;
  EXPECT_TRUE(run(due).empty());
  feed(text_message("2"));
  EXPECT_TRUE(run(due).empty()) << "a newer conversation exists";
  EXPECT_EQ(refusal_of(wake{id_of(3)}), refusal::not_found);
}

TEST_F(commanding, tags_are_trimmed_and_different) {
  patch p = change();
  p.tags = {{" vip ", "vip", "", "  ", "\tb\n", "a b", "vip"}};
  run(p);
  EXPECT_EQ(current().tags, (std::vector<std::string>{"vip", "b", "a b"}));
}

TEST_F(commanding, tags_have_limits) {
  patch p = change();
  p.tags.emplace();
  for (std::size_t i = 0; i < tags_max; ++i) p.tags->push_back(std::to_string(i));
  p.tags->push_back("0");  // a repeat does not count
  EXPECT_EQ(types(run(p)), "conversation.updated");
  p.tags->push_back("one more");
  EXPECT_EQ(refusal_of(p), refusal::invalid);
  p.tags = {{std::string(tag_bytes_max, 'x')}};
  EXPECT_EQ(types(run(p)), "conversation.updated");
  p.tags = {{std::string(tag_bytes_max + 1, 'x')}};
  EXPECT_EQ(refusal_of(p), refusal::invalid);
}

TEST_F(commanding, of_a_closed_conversation_only_the_tags_change) {
  set_status(status::closed);
  patch p = change();
  p.priority = priority::high;
  EXPECT_EQ(refusal_of(p), refusal::invalid);
  p.priority.reset();
  p.tags = {{"spam"}};
  EXPECT_EQ(types(run(p)), "conversation.updated");
  EXPECT_EQ(types(run(add_note{current().id, "why", "ann"})), "note.added");
}

TEST_F(commanding, only_the_newest_conversation_of_this_thread_can_change) {
  set_status(status::closed);
  feed(text_message("2"));
  patch p;
  p.id = id_of(1);
  EXPECT_TRUE(run(p).empty()) << "it asks for nothing";
  p.status = status::open;
  EXPECT_EQ(refusal_of(p), refusal::superseded);
  EXPECT_EQ(refusal_of(add_note{id_of(1), "x", "ann"}), refusal::superseded);
  EXPECT_EQ(refusal_of(mark_read{id_of(1)}), refusal::superseded);
  for (const conversation_id id : {id_of(0), id_of(3), conversation_id{{1, 1}, 2}, conversation_id{}}) {
    p.id = id;
    EXPECT_EQ(refusal_of(p), refusal::not_found);
    EXPECT_EQ(refusal_of(add_note{id, "x", "ann"}), refusal::not_found);
    EXPECT_EQ(refusal_of(mark_read{id}), refusal::not_found);
  }
  state.current.reset();
  p.id = id_of(1);
  EXPECT_EQ(refusal_of(p), refusal::not_found);
}

TEST_F(commanding, a_note_is_a_private_message) {
  now = at(500);
  const auto events = run(add_note{current().id, "call back", "ann"});
  ASSERT_EQ(types(events), "note.added");
  const message& m = *events[0].message;
  EXPECT_EQ(m.id, (message_id{id_of(1), 3}));
  EXPECT_TRUE(m.note);
  EXPECT_EQ(m.direction, direction::outbound);
  EXPECT_EQ(m.sender_type, sender_type::agent);
  EXPECT_EQ(m.sender_id, "ann");
  EXPECT_EQ(m.content, "call back");
  EXPECT_EQ(m.content_type, content_type::text);
  EXPECT_EQ(m.sent_at, now);
  EXPECT_FALSE(m.delivery);
  EXPECT_EQ(current().unread, 1u);
  EXPECT_FALSE(current().first_response_at) << "the customer heard nothing";
}

TEST_F(commanding, a_note_has_content_within_its_limit) {
  EXPECT_EQ(refusal_of(add_note{current().id, "", "ann"}), refusal::invalid);
  EXPECT_EQ(refusal_of(add_note{current().id, " \n\t", "ann"}), refusal::invalid);
  EXPECT_EQ(refusal_of(add_note{current().id, std::string(note_bytes_max + 1, 'x'), "ann"}),
            refusal::invalid);
  EXPECT_EQ(types(run(add_note{current().id, std::string(note_bytes_max, 'x'), "ann"})), "note.added");
}

TEST_F(commanding, a_note_has_an_author) {
  EXPECT_EQ(refusal_of(add_note{current().id, "call back", ""}), refusal::invalid);
  EXPECT_EQ(refusal_of(add_note{id_of(9), "call back", ""}), refusal::not_found);
}

TEST_F(commanding, reading_resets_unread_once) {
  EXPECT_EQ(types(run(mark_read{current().id})), "conversation.updated");
  EXPECT_EQ(current().unread, 0u);
  EXPECT_TRUE(run(mark_read{current().id}).empty());
}

}  // namespace
}  // namespace switchboard::domain
