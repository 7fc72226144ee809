// Bluesky's frames, notifications and chat logs: whose they are, one message for one post, and what holds for any bytes.

#include "bluesky_bodies.hpp"
#include "net/platforms/bluesky_event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace switchboard::net::platforms {
namespace {

using namespace testing;
using domain::content_type;
using domain::direction;
using domain::inbound_kind;
using domain::sender_type;
using domain::thread_kind;
using ::testing::HasSubstr;

const std::string ours = post_uri(our_did, "p1"), hers = post_uri(ana_did, "a1");

TEST(bluesky, a_mention_by_jetstream) {
  const auto e = only(normalise_bluesky(created(ana_did, "a1", post_record("@us hi", naming(our_did)))));
  EXPECT_EQ(e.kind, inbound_kind::message);
  EXPECT_EQ(e.platform, domain::platform::bluesky);
  EXPECT_EQ(e.account_platform_id, our_did);
  EXPECT_EQ(e.thread, thread_kind::mention);
  EXPECT_EQ(e.thread_key, thread_key_below(hers, ana_did));
  EXPECT_EQ(e.post_id, hers);
  EXPECT_EQ(e.post_url, "https://bsky.app/profile/did:plc:ana/post/a1");
  EXPECT_EQ(e.customer_platform_id, ana_did);
  EXPECT_EQ(e.direction, direction::inbound);
  EXPECT_EQ(e.platform_message_id, hers);
  EXPECT_EQ(e.version, "");
  EXPECT_EQ(e.content, "@us hi");
  EXPECT_THAT(e.payload, HasSubstr(R"("cid":"cid-1")"));
  EXPECT_THAT(e.payload, ::testing::Not(HasSubstr("root"))) << "it is its thread's root";
  EXPECT_EQ(domain::to_rfc3339(e.at), "2026-07-04T14:38:06.240Z");
}

TEST(bluesky, a_reply_names_what_an_answer_must_name) {
  const auto e = only(normalise_bluesky(
      created(ana_did, "a2", post_record("and?", replying(ours, post_uri(our_did, "p2"))))));
  EXPECT_EQ(e.thread, thread_kind::comment);
  EXPECT_EQ(e.thread_key, thread_key_below(ours, ana_did));
  EXPECT_EQ(e.reply_to, post_uri(our_did, "p2"));
  EXPECT_THAT(e.payload, HasSubstr(R"("root":{"uri":")" + ours + R"(","cid":"cid-root"})"));
}

TEST(bluesky, a_post_by_both_ways_is_one_message) {
  const std::pair<std::string_view, std::string> cases[] = {
      {"mention", post_record("@us", naming(our_did))},
      {"reply", post_record("yes", replying(ours, ours))},
      {"quote", post_record("look", R"(,"embed":{"$type":"app.bsky.embed.record","record":{"uri":")" + ours +
                                        R"(","cid":"c"}})")}};
  for (const auto& [reason, record] : cases) {
    const auto a = only(normalise_bluesky(created(ana_did, "a1", record)));
    const auto page = normalise_bluesky(page_of("notifications", notification(reason, hers, record)));
    ASSERT_EQ(page.events.size(), 2U) << reason;
    const auto& b = page.events[0];
    EXPECT_EQ(a.kind, b.kind);
    EXPECT_EQ(a.platform_message_id, b.platform_message_id);
    EXPECT_EQ(a.version, b.version);
    EXPECT_EQ(a.thread_key, b.thread_key);
    EXPECT_EQ(a.thread, b.thread);
    EXPECT_EQ(a.payload, b.payload);
    EXPECT_EQ(a.at, b.at);
    EXPECT_EQ(b.customer_handle, "ana.example.com");
    // The name comes after the frame that did not tell it.
    EXPECT_EQ(page.events[1].kind, inbound_kind::profile);
    EXPECT_EQ(page.events[1].thread_key, a.thread_key);
    EXPECT_EQ(page.events[1].customer_name, "Ana");
  }
}

TEST(bluesky, a_post_of_nobodys_concern_is_no_message) {
  for (const std::string& record :
       {post_record("hello"), post_record("@bob", naming(bob_did)), post_record("yes", replying(hers, hers)),
        post_record("us", R"(,"facets":[{"features":[{"$type":"app.bsky.richtext.facet#link","did":")" +
                              std::string(our_did) + R"("}]}])")}) {
    EXPECT_EQ(rejection(normalise_bluesky(created(ana_did, "a1", record))), "unconcerned") << record;
  }
}

TEST(bluesky, what_our_side_posts_is_outbound) {  // trap 21
  const auto post = only(normalise_bluesky(created(our_did, "p1", post_record("news"))));
  EXPECT_EQ(post.direction, direction::outbound);
  EXPECT_EQ(post.sender, sender_type::agent);
  EXPECT_EQ(post.customer_platform_id, "");
  const auto answer =
      only(normalise_bluesky(created(our_did, "p2", post_record("yes", replying(hers, hers)))));
  EXPECT_EQ(answer.direction, direction::outbound);
  EXPECT_EQ(answer.customer_platform_id, ana_did);
  EXPECT_EQ(answer.thread_key, thread_key_below(hers, ana_did)) << "hers";
  const auto more = only(
      normalise_bluesky(created(our_did, "p3", post_record("and", replying(hers, post_uri(our_did, "p2"))))));
  EXPECT_EQ(more.thread_parent, post_uri(our_did, "p2")) << "it goes on where its own answer lies";
  EXPECT_EQ(more.customer_platform_id, "");
}

TEST(bluesky, a_post_between_two_of_ours_is_told_to_both) {
  const auto body =
      normalise_bluesky(all_parts({R"({"accounts":["did:plc:us","did:plc:ana"],"payload":)",
                                   created(ana_did, "a1", post_record("@us", naming(our_did))), "}"}));
  ASSERT_EQ(body.events.size(), 2U);
  EXPECT_EQ(body.events[0].account_platform_id, our_did);
  EXPECT_EQ(body.events[0].direction, direction::inbound);
  EXPECT_EQ(body.events[1].account_platform_id, ana_did);
  EXPECT_EQ(body.events[1].direction, direction::outbound);
}

TEST(bluesky, a_changed_post_is_an_edit_and_a_deleted_one_lies_where_it_was) {  // traps 23 and 28
  const auto edit =
      only(normalise_bluesky(commit(ana_did, "update", "a1", post_record("better", naming(our_did)))));
  EXPECT_EQ(edit.kind, inbound_kind::edit);
  EXPECT_EQ(edit.version, "3mptbypcq372f");
  EXPECT_EQ(edit.at.time_since_epoch().count(), 1783175888090631) << "to the microsecond";
  const auto gone = only(normalise_bluesky(commit(ana_did, "delete", "a1", {})));
  EXPECT_EQ(gone.kind, inbound_kind::deletion);
  EXPECT_EQ(gone.platform_message_id, hers);
  EXPECT_EQ(gone.thread_parent, hers);
  EXPECT_EQ(gone.direction, direction::inbound);
  EXPECT_EQ(only(normalise_bluesky(commit(our_did, "delete", "p1", {}))).direction, direction::outbound);
}

TEST(bluesky, nobodys_clock_makes_a_post_of_tomorrow) {
  auto record = post_record("@us", naming(our_did));
  record.replace(record.find("2026-07"), 7, "2036-07");
  EXPECT_EQ(only(normalise_bluesky(created(ana_did, "a1", record))).at.time_since_epoch().count(),
            1783175888090631);
}

TEST(bluesky, media_of_a_post) {
  const std::string image =
      R"({"$type":"app.bsky.embed.images","images":[{"alt":"a cat","image":{"$type":"blob","ref":{"$link":"bafkcat"},"mimeType":"image/jpeg","size":7}}]})";
  for (const std::string& embed :
       {image, R"({"$type":"app.bsky.embed.recordWithMedia","media":)" + image +
                   R"(,"record":{"record":{"uri":"at://did:plc:bob/app.bsky.feed.post/1","cid":"c"}}})"}) {
    const auto e = only(normalise_bluesky(
        created(ana_did, "a1", post_record("@us", naming(our_did) + R"(,"embed":)" + embed))));
    EXPECT_EQ(e.content_type, content_type::image);
    ASSERT_EQ(e.attachments.size(), 1U);
    EXPECT_EQ(e.attachments[0].platform_media_id, "bafkcat");
    EXPECT_EQ(e.attachments[0].url, "https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:ana/bafkcat");
    EXPECT_EQ(e.attachments[0].name, "a cat");
    EXPECT_EQ(e.attachments[0].size, 7U);
  }
  const auto film = only(normalise_bluesky(created(
      ana_did, "a1",
      post_record("",
                  naming(our_did) +
                      R"(,"embed":{"$type":"app.bsky.embed.video","video":{"ref":{"$link":"bafkfilm"}}})"))));
  EXPECT_EQ(film.content_type, content_type::video);
  EXPECT_EQ(film.attachments.at(0).platform_media_id, "bafkfilm");
}

TEST(bluesky, a_like_is_a_reaction_by_either_way) {
  const std::string record =
      all_parts({R"({"createdAt":"2026-07-04T14:38:07.000Z","subject":{"uri":")", ours, R"(","cid":"c"}})"});
  const std::string like = all_parts({"at://", ana_did, "/app.bsky.feed.like/l1"});
  const auto a = only(normalise_bluesky(commit(ana_did, "create", "l1", record, "app.bsky.feed.like")));
  const auto b = only(normalise_bluesky(
      page_of("notifications",
              notification("like", like, record, all_parts({R"(,"reasonSubject":")", ours, "\""})))));
  for (const auto& e : {a, b}) {
    EXPECT_EQ(e.kind, inbound_kind::reaction_added);
    EXPECT_EQ(e.platform_message_id, ours);
    EXPECT_EQ(e.thread_parent, ours);
    EXPECT_EQ(e.version, like) << "the dedup key is the like's own name";
    EXPECT_EQ(e.sender_id, ana_did);
    EXPECT_EQ(e.reaction_emoji, "❤️");
  }
  EXPECT_EQ(rejection(normalise_bluesky(commit(ana_did, "delete", "l1", {}, "app.bsky.feed.like"))),
            "unsupported")
      << "it does not say what is not liked any more";
}

TEST(bluesky, other_reasons_are_kept) {
  const auto follow = only(normalise_bluesky(
      notification("follow", "at://did:plc:ana/app.bsky.graph.follow/f1", R"({"subject":"did:plc:us"})")));
  EXPECT_EQ(follow.kind, inbound_kind::profile);
  EXPECT_EQ(follow.content, "follow");
  for (const char* reason : {"repost", "starterpack-joined", "tomorrows-reason"}) {
    const auto e = only(normalise_bluesky(notification(reason, "at://did:plc:ana/app.bsky.feed.repost/r1",
                                                       "{}", R"(,"reasonSubject":")" + ours + "\"")));
    EXPECT_EQ(e.kind, inbound_kind::message);
    EXPECT_EQ(e.sender, sender_type::system);
    EXPECT_EQ(e.content_type, content_type::unsupported);
    EXPECT_EQ(e.post_id, ours);
    EXPECT_THAT(e.payload, HasSubstr(R"("kind":")" + std::string(reason)));
  }
}

// -- messages
// -------------------------------------------------------------------------------------------------------

TEST(bluesky_chat, a_message_and_an_echo) {
  const auto e = only(normalise_bluesky(page_of(
      "logs", log_of("logCreateMessage",
                     chat_message(ana_did) +
                         R"(,"relatedProfiles":[{"did":"did:plc:ana","handle":"ana.example.com"}])"))));
  EXPECT_EQ(e.thread, thread_kind::dm);
  EXPECT_EQ(e.thread_key, "convo1");
  EXPECT_EQ(e.platform_message_id, "m1");
  EXPECT_EQ(e.customer_platform_id, ana_did);
  EXPECT_EQ(e.customer_handle, "ana.example.com");
  EXPECT_EQ(e.content, "hi");
  EXPECT_EQ(domain::to_rfc3339(e.at), "2026-07-04T14:38:06.240Z");
  const auto own = only(normalise_bluesky(log_of("logCreateMessage", chat_message(our_did))));
  EXPECT_EQ(own.direction, direction::outbound);
  EXPECT_EQ(own.sender, sender_type::agent);
  EXPECT_EQ(own.thread_key, "convo1");
  EXPECT_EQ(own.customer_platform_id, "") << "our side's message does not say to whom";
}

TEST(bluesky_chat, reactions_are_one_for_each_emoji_and_time) {
  const auto reaction = [](std::string_view kind, std::string_view emoji, std::string_view rev) {
    return only(normalise_bluesky(
        log_of(kind,
               all_parts({chat_message(our_did), R"(,"reaction":{"value":")", emoji,
                          R"(","sender":{"did":"did:plc:ana"},"createdAt":"2026-07-04T14:40:00.000Z"})"}),
               rev)));
  };
  const auto added = reaction("logAddReaction", "👍", "22b");
  EXPECT_EQ(added.kind, inbound_kind::reaction_added);
  EXPECT_EQ(added.sender_id, ana_did);
  EXPECT_EQ(added.direction, direction::inbound) << "it is hers, on a message of ours";
  EXPECT_EQ(added.reaction_emoji, "👍");
  EXPECT_NE(added.version, reaction("logAddReaction", "🎉", "22c").version);
  EXPECT_NE(added.version, reaction("logAddReaction", "👍", "22d").version);
  const auto removed = reaction("logRemoveReaction", "👍", "22e");
  EXPECT_EQ(removed.kind, inbound_kind::reaction_removed);
  EXPECT_EQ(removed.at, added.at) << "it undoes that one, and none that is made later";
  EXPECT_EQ(rejection(normalise_bluesky(log_of("logAddReaction", chat_message(our_did)))), "malformed");
}

TEST(bluesky_chat, the_reactions_that_a_message_shows_are_left_to_their_own_entries) {
  const auto body = normalise_bluesky(
      log_of("logCreateMessage",
             all_parts({R"(,"message":{"id":"m1","text":"hi","sender":{"did":"did:plc:ana"},)",
                        R"("sentAt":"2026-07-04T14:38:06.240Z","reactions":[{"value":"👍","sender":{"did":)",
                        R"("did:plc:us"},"createdAt":"2026-07-04T14:40:00.000Z"}]})"})));
  EXPECT_EQ(only(body).kind, inbound_kind::message);
}

TEST(bluesky_chat, what_names_nobody_leaves_no_trace) {
  for (const char* kind : {"logReadMessage", "logReadConvo", "logBeginConvo", "logAcceptConvo",
                           "logLeaveConvo", "logMuteConvo", "logUnmuteConvo"}) {
    const auto e = only(normalise_bluesky(log_of(kind, chat_message(our_did))));
    EXPECT_EQ(e.kind, inbound_kind::status) << kind;
    EXPECT_FALSE(e.status) << "who has read does not stand there, so it is no receipt";
  }
}

TEST(bluesky_chat, kinds_of_groups_and_of_tomorrow_are_shown_raw) {
  for (const std::string& entry :
       {log_of("logMemberJoin",
               R"(,"message":{"id":"m7","sentAt":"2026-07-04T14:38:06.240Z","data":{"member":{"did":"x"}}})"),
        log_of("logCreateMessage", R"(,"message":{"id":"m8","data":{}})"), log_of("logTomorrow")}) {
    const auto e = only(normalise_bluesky(entry));
    EXPECT_EQ(e.kind, inbound_kind::message) << entry;
    EXPECT_EQ(e.sender, sender_type::system);
    EXPECT_EQ(e.content_type, content_type::unsupported);
    EXPECT_THAT(e.payload, HasSubstr(R"("log":{)"));
  }
  EXPECT_EQ(rejection(normalise_bluesky(page_of("logs", R"({"$type":"a#logX","rev":"1"})"))), "unsupported");
}

TEST(bluesky_chat, a_deleted_message) {
  const auto e = only(normalise_bluesky(log_of("logDeleteMessage", chat_message(ana_did, ""))));
  EXPECT_EQ(e.kind, inbound_kind::deletion);
  EXPECT_EQ(e.platform_message_id, "m1");
}

// -- bodies
// -------------------------------------------------------------------------------------------------------

TEST(bluesky, one_broken_element_spoils_no_other) {  // trap 8
  const auto body = normalise_bluesky(
      page_of("logs", all_parts({"7,", log_of("logCreateMessage", chat_message(ana_did)), ",{},",
                                 R"({"$type":"a#logX","convoId":"c","convoId":"d"})"})));
  EXPECT_EQ(body.events.size(), 1U);
  ASSERT_EQ(body.rejected.size(), 3U);
  EXPECT_EQ(body.rejected[0].reason, "malformed");
  EXPECT_EQ(body.rejected[2].reason, "duplicate-field");
  for (const auto& part : body.rejected) {
    const auto again = normalise_bluesky(part.raw);
    EXPECT_FALSE(again.rejected.empty()) << "a dead letter that is replayed is rejected again";
  }
}

TEST(bluesky, names_that_stand_twice_are_no_names) {
  const std::string frame = created(ana_did, "a1", post_record("@us", naming(our_did)));
  const auto twice = [&](std::string_view at, std::string_view more) {
    std::string text = frame;
    text.insert(text.find(at), more);
    return rejection(normalise_bluesky(text));
  };
  EXPECT_EQ(twice(R"("did":"did:plc:ana")", R"("did":"did:plc:bob",)"), "duplicate-field");
  EXPECT_EQ(twice(R"("rkey")", R"("rkey":"b",)"), "duplicate-field");
  EXPECT_EQ(twice(R"("text")", R"("text":"b",)"), "duplicate-field");
}

TEST(bluesky, accounts_and_frames) {
  const auto about = [](std::string_view did, std::string_view kind, std::string_view inner) {
    return normalise_bluesky(all_parts({R"({"did":")", did, R"(","time_us":1783175888090631,"kind":")", kind,
                                        R"(",")", kind, R"(":)", inner, "}"}));
  };
  EXPECT_EQ(rejection(about(our_did, "account", R"({"active":false,"status":"takendown"})")),
            "account-notice");
  EXPECT_EQ(rejection(about(ana_did, "account", R"({"active":true})")), "unconcerned");
  EXPECT_EQ(rejection(about(our_did, "identity", R"({"handle":"new.example.com"})")), "account-notice");
  const auto e = only(about(ana_did, "identity", R"({"handle":"new.example.com","seq":7})"));
  EXPECT_EQ(e.kind, inbound_kind::profile);
  EXPECT_EQ(e.customer_handle, "new.example.com");
  EXPECT_EQ(rejection(about(ana_did, "sync", "{}")), "unsupported");
  EXPECT_EQ(rejection(normalise_bluesky("[]")), "malformed");
  EXPECT_EQ(rejection(normalise_bluesky(page_of("logs", ""))), "empty");
  EXPECT_EQ(rejection(normalise_bluesky(R"({"accounts":[""],"payload":{}})")), "malformed");
}

TEST(bluesky, any_bytes_give_something_sound) {
  std::mt19937_64 random{7};
  const std::string seeds[] = {
      created(ana_did, "a2", post_record("and?", replying(ours, hers) + naming(our_did))),
      page_of("notifications", notification("reply", hers, post_record("yes", replying(ours, ours)))),
      page_of("logs", log_of("logCreateMessage", chat_message(ana_did)))};
  for (int i = 0; i < 3000; ++i) (void)normalise_bluesky(mutated(seeds[i % 3], random));
}

TEST(bluesky, every_recorded_payload_is_understood_or_kept) {
  for (const auto& file : corpus("bluesky")) {
    std::ifstream in{file};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    const auto body = normalise_bluesky(text, "did:plc:ec72yg6n2sydzjvtovvdlxrk");
    if (file.filename() == "19-chat-getlog-full.json") {
      EXPECT_EQ(body.events.size(), 84U);
      EXPECT_EQ(body.rejected.size(), 0U) << described(body);
    }
  }
}

// -- who may post
// -------------------------------------------------------------------------------------------------------

TEST(bluesky_signature, without_secrets_nobody_may_post) {
  const auto& f = bluesky_functions();
  const std::vector<std::string> secrets = {"old", "relay"}, none;
  const auto [name, value] = f.sign("{}", "relay");
  // echo -n '{}' | openssl dgst -sha256 -hmac relay
  const std::vector<field> headers = {{"Host", "t"}, {"x-switchboard-signature-256", value}};
  EXPECT_EQ(name, "X-Switchboard-Signature-256");
  EXPECT_TRUE(f.verify(headers, "{}", secrets));
  EXPECT_FALSE(f.verify(headers, "{} ", secrets));
  EXPECT_FALSE(f.verify(headers, "{}", none));
  EXPECT_FALSE(f.verify(headers, "{}", std::vector<std::string>{""}));
  EXPECT_FALSE(f.verify(std::vector<field>{}, "{}", secrets));
  const std::vector<field> two = {headers[1], headers[1]};
  EXPECT_FALSE(f.verify(two, "{}", secrets));
  const std::vector<field> as_meta = {{"X-Hub-Signature-256", value}};
  EXPECT_FALSE(f.verify(as_meta, "{}", secrets));
  EXPECT_EQ(f.handshake({}, {}).status, 400);
}

TEST(bluesky, tells_the_first_language_that_an_author_names) {
  const auto written_in = [](std::string_view langs) {
    const auto record =
        post_record("oi", std::string(R"(,"langs":)") + std::string(langs) + std::string(naming(our_did)));
    return only(normalise_bluesky(created(ana_did, "3k1", record))).language;
  };
  EXPECT_EQ(written_in(R"(["pt-br","en"])"), "pt-BR");
  EXPECT_EQ(written_in("[]"), "");
  EXPECT_EQ(written_in(R"([7,"en"])"), "");
  EXPECT_EQ(written_in(R"("en")"), "");
}

}  // namespace
}  // namespace switchboard::net::platforms
