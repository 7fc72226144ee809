// Forgetting a customer: what a thread says to it, and how its life goes on.
#include "domain/erasing.hpp"

#include "thread_fixture.hpp"

namespace switchboard::domain {
namespace {

class erasing : public thread_test {
 protected:
  [[nodiscard]] std::vector<event> decided(const command& what) const {
    auto d = decide(state, what, policy, now);
    EXPECT_TRUE(d);
    return d ? *d : std::vector<event>{};
  }
  void erase_thread() {
    for (const auto& e : decided(erase{.customer = {"k_1"}, .by = 77})) apply(state, e);
  }
};

TEST_F(erasing, is_the_conversations_last_event_and_says_nothing_of_the_customer) {
  feed(text_message("1", "secret"));
  feed(text_message("2"));
  const auto before = current();
  const auto events = decided(erase{.customer = {"k_1"}, .by = 77});
  ASSERT_EQ(types(events), "customer.erased");
  const auto& e = events[0];
  EXPECT_EQ(e.sequence, before.version + 1);
  EXPECT_FALSE(e.conversation || e.customer || e.message || e.previous || e.origin);
  EXPECT_EQ(e.erased->conversation, before.id);
  EXPECT_EQ(e.erased->brand, before.brand);
  EXPECT_EQ(e.erased->account, before.account);
  EXPECT_EQ(e.erased->by, 77u);
  apply(state, e);
  EXPECT_FALSE(state.current);
  EXPECT_EQ(state.erased, 1u);
}

TEST_F(erasing, another_customers_thread_and_an_empty_one_stay_as_they_are) {
  EXPECT_TRUE(decided(erase{.customer = {"k_1"}, .by = 1}).empty());
  feed(text_message("1"));
  EXPECT_TRUE(decided(erase{.customer = {"k_2"}, .by = 1}).empty());
  EXPECT_TRUE(state.current);
}

TEST_F(erasing, twice_is_once) {
  feed(text_message("1"));
  erase_thread();
  EXPECT_TRUE(decided(erase{.customer = {"k_1"}, .by = 77}).empty());
}

TEST_F(erasing, who_writes_again_is_a_stranger_under_the_next_number) {
  auto in = text_message("1");
  in.customer_name = "Ada";
  feed(in);
  set_status(conversation_status::closed);
  feed(text_message("2"));
  ASSERT_EQ(current().id.ordinal, 2u);
  erase_thread();
  for (const auto& e : decided(command_of(text_message("3")))) {
    EXPECT_EQ(e.conversation->id.ordinal, 3u);
    EXPECT_EQ(e.conversation->previous_conversations, 0u);
    EXPECT_EQ(e.conversation->customer_name, "");
    EXPECT_FALSE(e.conversation->customer_since);
    apply(state, e);
  }
  EXPECT_EQ(current().version, 2u) << "gapless from 1";
  patch close = change();
  close.status = conversation_status::closed;
  for (const auto& e : decided(close)) apply(state, e);
  const auto next = decided(command_of(text_message("4")));
  EXPECT_EQ(next.back().conversation->id.ordinal, 4u);
  EXPECT_EQ(next.back().conversation->previous_conversations, 1u);
}

TEST_F(erasing, no_one_can_act_on_what_is_gone) {
  feed(text_message("1"));
  const auto id = current().id;
  erase_thread();
  EXPECT_EQ(refusal_of(mark_read{id}), refusal::not_found);
  EXPECT_EQ(refusal_of(add_note{id, "note", "ann"}), refusal::not_found);
}

TEST_F(erasing, an_emptied_event_changes_no_state) {
  feed(text_message("1"));
  const auto before = state.current;
  event e;
  e.type = event_type::message_received;
  e.sequence = 9;
  e.erased = erasure{.brand = {},
                     .account = {},
                     .conversation = current().id,
                     .customer = {},
                     .reference = 5,
                     .origin = {},
                     .aliases = {}};
  apply(state, e);
  EXPECT_EQ(state.current, before);
  EXPECT_EQ(state.erased, 0u);
}

TEST(erasing_a_customer, leaves_the_ids) {
  customer c{.id = {"cu_1"},
             .brand = {"acme"},
             .platform = platform::x,
             .account = {"a"},
             .platform_user_id = "p",
             .name = "n",
             .handle = "h",
             .avatar_url = "u",
             .created_at = at(1),
             .updated_at = at(2)};
  const auto e = erase_customer(c, at(9));
  EXPECT_EQ(e.type, event_type::customer_erased);
  EXPECT_EQ(e.customer->id, c.id);
  EXPECT_EQ(e.customer->account, c.account);
  EXPECT_EQ(e.customer->platform_user_id + e.customer->name + e.customer->handle + e.customer->avatar_url,
            "");
  EXPECT_EQ(e.customer->created_at, at(9));
}

TEST(erasing_a_letter, withdraws_the_bytes_and_the_sentence) {
  const auto e = erase_letter({.id = {"dl_1"},
                               .source = {"meta"},
                               .brand = {"acme"},
                               .reason = "r",
                               .detail = "d",
                               .raw = "raw",
                               .received_at = at(1),
                               .replayed_at = {}},
                              at(9));
  EXPECT_EQ(e.dead_letter->raw + e.dead_letter->detail, "");
  EXPECT_TRUE(e.dead_letter->erased);
  EXPECT_EQ(e.dead_letter->reason, "r");
}

TEST(names, whole_ids_wherever_a_body_may_hold_them) {
  const auto in = [](std::string_view raw, std::string_view id) {
    return names(raw, [&](std::string_view word) { return word == id; });
  };
  for (const auto* raw : {R"({"from":"123"})", R"({"id":123,"x":1})", R"({"id": 123})", "a=b&from=123&c=d",
                          "123", R"(["123"])", R"({"from":"a:123"})", "{\"id\":\n123\n}"}) {
    EXPECT_TRUE(in(raw, "123")) << raw;
  }
  for (const auto* raw :
       {R"({"from":"1234"})", R"({"t":0123})", R"({"id":12.3})", "", "{}", R"({"a":"x123"})"}) {
    EXPECT_FALSE(in(raw, "123")) << raw;
  }
  EXPECT_TRUE(in(R"({"did":"did:plc:abc"})", "did:plc:abc"));
  EXPECT_TRUE(in(R"({"urn":"urn:li:person:x_1"})", "urn:li:person:x_1"));
  EXPECT_TRUE(in(std::string("\0\xff\"123\"", 7), "123"));
}

}  // namespace
}  // namespace switchboard::domain
