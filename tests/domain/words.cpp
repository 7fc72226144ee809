#include "domain/event.hpp"
#include "domain/inbound.hpp"
#include "domain/model.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace switchboard::domain {
namespace {

template <class Enum>
void round_trips(std::size_t count) {
  std::set<std::string> words;
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = static_cast<Enum>(i);
    const auto word = to_word(value);
    ASSERT_FALSE(word.empty()) << i;
    EXPECT_TRUE(words.emplace(word).second) << word;
    EXPECT_EQ(from_word<Enum>(word), value) << word;
    EXPECT_EQ(from_word<Enum>(std::string(word) + "s"), std::nullopt);
    EXPECT_EQ(from_word<Enum>(word.substr(1)), std::nullopt);
  }
  EXPECT_EQ(to_word(static_cast<Enum>(count)), "") << "more values than this test knows";
  EXPECT_EQ(from_word<Enum>(""), std::nullopt);
}

TEST(words, every_enum_reads_back) {
  round_trips<platform>(7);
  round_trips<conversation_status>(5);
  round_trips<priority>(4);
  round_trips<thread_kind>(4);
  round_trips<direction>(2);
  round_trips<sender_type>(4);
  round_trips<content_type>(13);
  round_trips<delivery_status>(6);
  round_trips<media_state>(4);
}

TEST(words, are_those_of_the_contract) {
  EXPECT_EQ(to_word(platform::x), "x");
  EXPECT_EQ(to_word(platform::telegram), "telegram");
  EXPECT_EQ(to_word(conversation_status::snoozed), "snoozed");
  EXPECT_EQ(to_word(priority::urgent), "urgent");
  EXPECT_EQ(to_word(thread_kind::review), "review");
  EXPECT_EQ(to_word(content_type::unsupported), "unsupported");
  EXPECT_EQ(to_word(content_type::attachment), "attachment");
  EXPECT_EQ(to_word(delivery_status::unknown), "unknown");
  EXPECT_EQ(to_word(sender_type::system), "system");
  EXPECT_EQ(to_word(inbound_kind::reaction_removed), "reaction_removed");
  EXPECT_EQ(to_word(inbound_kind::profile), "profile");
  EXPECT_EQ(from_word<platform>("Facebook"), std::nullopt) << "words are exact";
}

TEST(words, event_types_read_back_and_are_all_different) {
  std::set<std::string> words;
  for (std::size_t i = 0; i < event_type_count; ++i) {
    const auto type = static_cast<event_type>(i);
    words.emplace(to_word(type));
    EXPECT_EQ(event_type_from_word(to_word(type)), type);
    EXPECT_NE(to_word(type).find('.'), std::string_view::npos);
  }
  EXPECT_EQ(words.size(), event_type_count);
  EXPECT_EQ(event_type_from_word("message"), std::nullopt);
  EXPECT_EQ(event_type_from_word(""), std::nullopt);
}

TEST(words, event_types_stand_beside_their_own_words) {
  EXPECT_EQ(to_word(event_type::conversation_created), "conversation.created");
  EXPECT_EQ(to_word(event_type::conversation_closed), "conversation.closed");
  EXPECT_EQ(to_word(event_type::message_received), "message.received");
  EXPECT_EQ(to_word(event_type::message_unknown), "message.unknown");
  EXPECT_EQ(to_word(event_type::message_deleted), "message.deleted");
  EXPECT_EQ(to_word(event_type::reaction_removed), "reaction.removed");
  EXPECT_EQ(to_word(event_type::note_added), "note.added");
  EXPECT_EQ(to_word(event_type::customer_erased), "customer.erased");
  EXPECT_EQ(to_word(event_type::offer_rescinded), "offer.rescinded");
  EXPECT_EQ(to_word(event_type::agent_presence), "agent.presence");
  EXPECT_EQ(to_word(event_type::sla_cancelled), "sla.cancelled");
  EXPECT_EQ(to_word(event_type::bot_handoff), "bot.handoff");
  EXPECT_EQ(to_word(event_type::suggestion_dropped), "suggestion.dropped");
  EXPECT_EQ(to_word(event_type::survey_answered), "survey.answered");
  EXPECT_EQ(to_word(event_type::deadletter_replayed), "deadletter.replayed");
  EXPECT_EQ(to_word(event_type::config_applied), "config.applied");
}

}  // namespace
}  // namespace switchboard::domain
