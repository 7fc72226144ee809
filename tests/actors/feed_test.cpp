// What a stream's filter shows: nothing that the log has for ourselves, and offers to whom they concern.

#include "actors/feed.hpp"

#include "storage/codec.hpp"

#include <gtest/gtest.h>

namespace switchboard::actors {
namespace {

const domain::conversation_id asked_about{{1, 2}, 3};

storage::record offer_of(domain::event_type type) {
  domain::event e;
  e.type = type;
  e.offer = domain::offer{.id = "of_1",
                          .brand = {"acme"},
                          .conversation = asked_about,
                          .agent = {"ann"},
                          .queue = {"sales"},
                          .epoch = 4,
                          .expires_at = {}};
  return storage::encode(e, "/n");
}

TEST(StreamFilter, ShowsNobodyWhatTheLogHasForOurselves) {
  stream_filter all;
  all.all_brands = all.dead_letters = all.config = true;
  std::size_t hidden = 0;
  for (std::size_t i = 0; i < domain::event_type_count; ++i) {
    storage::record r;
    r.type = static_cast<domain::event_type>(i);
    r.brand = "acme";
    EXPECT_EQ(all.matches(r), is_public(r.type)) << to_word(r.type);
    hidden += !is_public(r.type);
  }
  for (const auto* word :
       {"routing.turned", "routing.saved", "routing.decided", "agent.noted", "outbox.attempted"}) {
    EXPECT_FALSE(is_public(*domain::event_type_from_word(word))) << word;
  }
  EXPECT_EQ(hidden, domain::event_type_count - domain::public_event_type_count);
}

TEST(StreamFilter, FindsOffersByWhatTheyAreAbout) {
  using domain::event_type;
  for (const auto type : {event_type::offer_made, event_type::offer_accepted, event_type::offer_declined,
                          event_type::offer_expired, event_type::offer_rescinded}) {
    const auto offer = offer_of(type);
    stream_filter wanted;
    wanted.allowed_brands = {"acme"};
    wanted.assignees = {"ann"};
    wanted.queues = {"sales"};
    wanted.conversations = {asked_about};
    wanted.types = {type};
    EXPECT_TRUE(wanted.matches(offer));
    for (const auto change :
         {+[](stream_filter& f) { f.allowed_brands = {"other"}; },
          +[](stream_filter& f) { f.assignees = {"bob"}; }, +[](stream_filter& f) { f.queues = {"support"}; },
          +[](stream_filter& f) {
            f.conversations = {{{1, 2}, 4}};
          },
          +[](stream_filter& f) { f.types = {event_type::agent_presence}; }}) {
      auto other = wanted;
      change(other);
      EXPECT_FALSE(other.matches(offer));
    }
  }
}

}  // namespace
}  // namespace switchboard::actors
