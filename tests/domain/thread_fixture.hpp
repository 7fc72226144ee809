#pragma once
// A thread and what the engine keeps around it: its messages by platform id and the seen dedup keys, as the
// views would have them. Every event that decide gives is checked against what must always hold.

#include "domain/conversation.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace switchboard::domain {

inline constexpr thread_id the_thread{0x1234, 0x5678};
inline constexpr timestamp epoch = timestamp{std::chrono::seconds{1'800'000'000}};
[[nodiscard]] inline timestamp at(std::int64_t seconds) {
  return epoch + std::chrono::seconds{seconds};
}

[[nodiscard]] inline inbound_event inbound_of(inbound_kind kind, std::string id) {
  inbound_event in;
  in.kind = kind;
  in.platform = platform::whatsapp;
  in.account_platform_id = "106540352242922";
  in.thread_key = "491701234567";
  in.customer_platform_id = "491701234567";
  in.sender_id = "491701234567";
  in.platform_message_id = std::move(id);
  in.at = epoch;
  return in;
}
[[nodiscard]] inline attachment media(std::string type, std::string url) {
  attachment a;
  a.type = std::move(type);
  a.url = std::move(url);
  return a;
}
[[nodiscard]] inline inbound_event text_message(std::string id, std::string content = "hello") {
  auto in = inbound_of(inbound_kind::message, std::move(id));
  in.content = std::move(content);
  return in;
}
[[nodiscard]] inline inbound_event echo(std::string id, std::string content = "how can I help?") {
  auto in = text_message(std::move(id), std::move(content));
  in.direction = direction::outbound;
  in.sender_id = "page";
  return in;
}
[[nodiscard]] inline inbound_event edit_of(std::string id, std::string content, std::string version) {
  auto in = inbound_of(inbound_kind::edit, std::move(id));
  in.content = std::move(content);
  in.version = std::move(version);
  return in;
}
[[nodiscard]] inline inbound_event deletion_of(std::string id) {
  return inbound_of(inbound_kind::deletion, std::move(id));
}
[[nodiscard]] inline inbound_event reaction_to(std::string id, std::string emoji,
                                               std::string sender = "someone") {
  auto in = inbound_of(inbound_kind::reaction_added, std::move(id));
  in.reaction_emoji = std::move(emoji);
  in.sender_id = std::move(sender);
  in.version = in.sender_id + in.reaction_emoji;
  return in;
}
[[nodiscard]] inline inbound_event unreaction_to(std::string id, std::string emoji,
                                                 std::string sender = "someone") {
  auto in = reaction_to(std::move(id), std::move(emoji), std::move(sender));
  in.kind = inbound_kind::reaction_removed;
  return in;
}
[[nodiscard]] inline inbound_event status_of(std::string id, delivery_status status) {
  auto in = inbound_of(inbound_kind::status, std::move(id));
  in.status = status;
  in.version = to_word(status);
  return in;
}
[[nodiscard]] inline inbound_event watermark_at(delivery_status status, timestamp up_to) {
  auto in = status_of("", status);
  in.watermark = up_to;
  in.version += std::to_string(up_to.time_since_epoch().count());
  return in;
}

class thread_test : public ::testing::Test {
 protected:
  using event_list = std::vector<event>;

  /// What the engine makes of a platform's event: with the look-ups of the rules.
  [[nodiscard]] receive command_of(const inbound_event& in) const {
    receive r;
    r.inbound = in;
    r.brand = {"acme"};
    r.account = {"acme-whatsapp"};
    r.customer = {"k_1"};
    r.received_at = now + std::chrono::milliseconds{3};
    r.seen = seen.contains(key_of(in));
    if (const auto m = by_platform_id.find(in.platform_message_id); m != by_platform_id.end()) {
      r.target = messages.at(m->second);
    }
    if (in.watermark && in.status && state.current) {
      for (const auto& [id, m] : messages) {
        if (id.conversation == state.current->id && m.direction == direction::outbound && !m.note &&
            m.sent_at <= *in.watermark) {
          r.covered.push_back(m);
        }
      }
    }
    return r;
  }

  event_list feed(const inbound_event& in) { return run(command_of(in)); }

  /// Decides and applies; the command must not be refused.
  event_list run(const command& what) {
    auto decided = decide(state, what, policy, now);
    if (!decided) {
      ADD_FAILURE() << "refused: " << decided.error().detail;
      return {};
    }
    for (const event& e : *decided) keep(e);
    return *std::move(decided);
  }

  [[nodiscard]] refusal refusal_of(const command& what) const {
    auto decided = decide(state, what, policy, now);
    EXPECT_FALSE(decided.has_value());
    if (decided) return refusal::not_found;
    EXPECT_FALSE(decided.error().detail.empty());
    return decided.error().why;
  }

  [[nodiscard]] const conversation& current() const { return *state.current; }
  [[nodiscard]] const message& message_named(const std::string& id) const {
    return messages.at(by_platform_id.at(id));
  }
  [[nodiscard]] conversation_id id_of(std::uint32_t ordinal) const { return {the_thread, ordinal}; }
  /// A patch of the present conversation.
  [[nodiscard]] patch change() const {
    patch p;
    p.id = current().id;
    return p;
  }
  event_list set_status(conversation_status status) {
    patch p = change();
    p.status = status;
    if (status == conversation_status::snoozed) p.snooze_until = now + std::chrono::hours{1};
    return run(p);
  }

  thread_state state{the_thread, std::nullopt};
  conversation_policy policy;
  timestamp now = at(100);
  std::map<message_id, message> messages;
  std::map<std::string, message_id> by_platform_id;
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  std::map<conversation_id, std::uint64_t> sequences;
  event_list history;
  timestamp begun;  ///< the thread's first conversation

 private:
  [[nodiscard]] static std::tuple<std::string, std::string, std::string> key_of(const inbound_event& in) {
    return {std::string(to_word(in.kind)), in.platform_message_id, in.version};
  }

  void keep(const event& e) {
    history.push_back(e);
    EXPECT_EQ(e.at, now);
    if (e.conversation && is_public(e.type)) keep_conversation(e);
    if (e.message) keep_message(e);
    if (e.origin && e.origin->kind != "command")
      seen.emplace(e.origin->kind, e.origin->id, e.origin->version);
    apply(state, e);
    if (e.conversation) {
      EXPECT_EQ(state.current, e.conversation);
    }
  }

  void keep_conversation(const event& e) {
    const conversation& c = *e.conversation;
    EXPECT_EQ(c.id.thread, the_thread);
    EXPECT_EQ(e.sequence, ++sequences[c.id]) << "gapless from 1";
    EXPECT_EQ(c.version, e.sequence);
    EXPECT_EQ(c.updated_at, now);
    EXPECT_EQ(c.previous_conversations + 1, c.id.ordinal);
    EXPECT_EQ(e.type == event_type::conversation_created, e.sequence == 1);
    EXPECT_EQ(e.previous.has_value(), e.sequence != 1);
    EXPECT_TRUE(!c.snooze_until || c.status == conversation_status::snoozed);
    EXPECT_EQ(c.resolved_at.has_value(),
              c.status == conversation_status::resolved || c.status == conversation_status::closed);
    if (state.current && state.current->id != c.id) {
      EXPECT_EQ(state.current->unread, 0u) << "nobody can read it there any more";
    }
    keep_customer(e);
    keep_owner(e);
    if (!e.previous || !state.current) return;
    EXPECT_EQ(e.previous->status, state.current->status);
    EXPECT_EQ(e.previous->priority, state.current->priority);
    EXPECT_EQ(e.previous->updated_at, state.current->updated_at);
    EXPECT_GE(c.delivered_up_to, state.current->delivered_up_to);
    EXPECT_GE(c.read_up_to, state.current->read_up_to);
    EXPECT_GE(c.delivered_up_to, c.read_up_to);
  }

  /// Whoever has it no more was its last agent, the thread's next conversation knows that too, and the router's events take
  /// effect in their order.
  void keep_owner(const event& e) {
    const conversation& c = *e.conversation;
    EXPECT_EQ(c.last_agent_at.has_value(), !c.last_agent.empty());
    if (!state.current) return;
    const conversation& before = *state.current;
    const bool is_same = before.id == c.id;
    if (is_same) {
      EXPECT_GE(c.routed, before.routed);
    }
    if (is_same && !before.assigned_to.empty() && c.assigned_to != before.assigned_to) {
      EXPECT_EQ(c.last_agent, before.assigned_to);
      EXPECT_EQ(c.last_agent_at, now);
    } else if (c.last_agent != before.last_agent || c.last_agent_at != before.last_agent_at) {
      EXPECT_TRUE(is_same && c.resolved_at == now && c.last_agent == c.assigned_to) << "solved just now";
    }
    if (!is_same) {
      EXPECT_TRUE(c.assigned_to.empty() && c.routed == 0);
    }
  }

  /// Whichever conversation tells of the customer: known since the first one began.
  void keep_customer(const event& e) {
    const conversation& c = *e.conversation;
    if (!state.current) begun = c.created_at;
    EXPECT_EQ(c.customer_since.has_value(), c.id.ordinal > 1);
    EXPECT_EQ(c.customer_since.value_or(c.created_at), begun);
    if (e.customer) {
      EXPECT_EQ(e.customer->created_at, begun);
    }
  }

  void keep_message(const event& e) {
    const message& m = *e.message;
    EXPECT_GT(m.id.sequence, 0u);
    EXPECT_EQ(m.id.conversation.thread, the_thread);
    EXPECT_LE(m.id.conversation.ordinal, e.conversation->id.ordinal);
    if (m.direction == direction::inbound) {
      EXPECT_FALSE(m.delivery) << "receipts are for outbound messages";
    }
    const auto old = messages.find(m.id);
    if (old == messages.end()) {
      EXPECT_EQ(m.id, (message_id{e.conversation->id, e.sequence})) << "named by where it appeared";
    } else if (old->second.delivery && !old->second.placeholder) {
      ASSERT_TRUE(m.delivery);
      EXPECT_TRUE(m.delivery == old->second.delivery || moves_forward(old->second.delivery, *m.delivery));
    }
    messages[m.id] = m;
    if (!m.platform_message_id.empty()) by_platform_id[m.platform_message_id] = m.id;
  }
};

/// The types of the events, for a table: "conversation.created message.received".
[[nodiscard]] inline std::string types(const std::vector<event>& list) {
  std::string out;
  for (const event& e : list) {
    if (!out.empty()) out += ' ';
    out += to_word(e.type);
  }
  return out;
}

}  // namespace switchboard::domain
