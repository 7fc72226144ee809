// What a thread knows of the past before it decides, rule by rule, on a past made of plain values.
#include "domain/recalling.hpp"

#include "tests/domain/plain_past.hpp"
#include "tests/domain/thread_fixture.hpp"

#include <gmock/gmock.h>

namespace switchboard::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

receive told(inbound_event in) {
  receive r;
  r.inbound = std::move(in);
  r.brand = {"acme"};
  r.customer = {"k"};
  r.aliases = {thread_alias{}};
  r.other_name = true;
  return r;
}
message stored_in(std::uint32_t ordinal) {
  message m;
  m.id = {{the_thread, ordinal}, 2};
  m.platform_message_id = "m";
  return m;
}
message placeholder(bool deleted = false) {
  auto m = stored_in(1);
  m.placeholder = true;
  m.deleted = deleted;
  return m;
}
inbound_event named(std::string name, std::string handle = "", std::string avatar = "",
                    std::string new_id = "") {
  auto in = inbound_of(inbound_kind::profile, "p");
  in.customer_name = std::move(name);
  in.customer_handle = std::move(handle);
  in.customer_avatar_url = std::move(avatar);
  in.customer_new_platform_id = std::move(new_id);
  return in;
}
customer ada() {
  customer c;
  c.name = "Ada";
  c.handle = "@ada";
  c.avatar_url = "https://a";
  c.platform_user_id = "55";
  return c;
}
thread_state fresh() {
  return {the_thread, std::nullopt};
}
thread_state with_conversation(std::uint32_t ordinal = 1, std::uint32_t erased = 0) {
  conversation c;
  c.id = {the_thread, ordinal};
  c.brand = {"acme"};
  return {the_thread, std::move(c), erased};
}
thread_state all_erased(std::uint32_t up_to) {
  return {the_thread, std::nullopt, up_to};
}

// -- recall
// ---------------------------------------------------------------------------------------------------

struct recall_case {
  const char* name;
  inbound_event event;
  thread_state state;
  plain_past past;
  bool seen;
  bool target;
  std::vector<std::string> asked;
};
void PrintTo(const recall_case& c, std::ostream* out) {
  *out << c.name;
}
class recalling : public testing::TestWithParam<recall_case> {};

TEST_P(recalling, knows_what_was_and_asks_for_no_more) {
  const auto& c = GetParam();
  const plain_past past = c.past;
  auto r = told(c.event);
  recall(r, c.state, past);
  EXPECT_EQ(r.seen, c.seen);
  EXPECT_EQ(r.target.has_value(), c.target);
  EXPECT_THAT(r.covered, IsEmpty());
  EXPECT_EQ(past.asked, c.asked);
}

plain_past that(const std::function<void(plain_past&)>& with) {
  plain_past p;
  with(p);
  return p;
}
const auto with_message = [](std::uint32_t ordinal) {
  return that([=](auto& p) { p.stored = stored_in(ordinal); });
};
const plain_past with_effect = that([](auto& p) { p.effect = true; });
const plain_past with_ada = that([](auto& p) { p.known = ada(); });
const plain_past with_the_gone = that([](auto& p) { p.gone = true; });
const auto erased_at = [](std::int64_t seconds) { return that([=](auto& p) { p.erased = at(seconds); }); };
const std::vector<std::string> of_stranger{"message", "effect", "customer k", "erased k"};

INSTANTIATE_TEST_SUITE_P(
    redelivery, recalling,
    testing::Values(
        recall_case{"a message is its own key", text_message("m"), fresh(), {}, false, false, {"message"}},
        recall_case{"one that is here",
                    text_message("m"),
                    with_conversation(),
                    with_message(1),
                    false,
                    true,
                    {"message"}},
        recall_case{"a reaction",
                    reaction_to("m", "+"),
                    with_conversation(),
                    {},
                    false,
                    false,
                    {"message", "effect"}},
        recall_case{"again",
                    reaction_to("m", "+"),
                    with_conversation(),
                    with_effect,
                    true,
                    false,
                    {"message", "effect"}},
        recall_case{"without an id",
                    watermark_at(delivery_status::read, at(1)),
                    fresh(),
                    with_effect,
                    true,
                    false,
                    {"effect"}},
        recall_case{"a profile of a conversation's customer",
                    named("Ada"),
                    with_conversation(),
                    with_ada,
                    false,
                    false,
                    {"message", "effect"}},
        recall_case{"a stranger's profile", named("Ada"), fresh(), {}, false, false, of_stranger},
        recall_case{"one that had its effect",
                    named("Ada"),
                    fresh(),
                    with_effect,
                    true,
                    false,
                    {"message", "effect"}},
        recall_case{"one that tells nothing new",
                    named("Ada", "@ada", "https://a", "55"),
                    fresh(),
                    with_ada,
                    true,
                    false,
                    {"message", "effect", "customer k"}},
        recall_case{"one that tells nothing",
                    named(""),
                    fresh(),
                    with_ada,
                    true,
                    false,
                    {"message", "effect", "customer k"}},
        recall_case{"a new name", named("Bo"), fresh(), with_ada, false, false, of_stranger},
        recall_case{"a new handle", named("Ada", "@bo"), fresh(), with_ada, false, false, of_stranger},
        recall_case{"a new picture", named("Ada", "", "https://b"), fresh(), with_ada, false, false,
                    of_stranger},
        recall_case{"a new number", named("Ada", "", "", "56"), fresh(), with_ada, false, false,
                    of_stranger}));

INSTANTIATE_TEST_SUITE_P(
    erasure, recalling,
    testing::Values(
        recall_case{"a message of an erased conversation",
                    text_message("m"),
                    all_erased(2),
                    with_message(2),
                    true,
                    false,
                    {"message"}},
        recall_case{"a message since then",
                    text_message("m"),
                    with_conversation(3, 2),
                    with_message(3),
                    false,
                    true,
                    {"message"}},
        recall_case{
            "a new one", text_message("m"), all_erased(2), {}, false, false, {"message", "had message"}},
        recall_case{"an erased one that nobody has any more",
                    text_message("m"),
                    all_erased(2),
                    with_the_gone,
                    true,
                    false,
                    {"message", "had message"}},
        recall_case{"what is said about it",
                    reaction_to("m", "+"),
                    with_conversation(3, 2),
                    with_the_gone,
                    true,
                    false,
                    {"message", "effect", "had message"}},
        recall_case{"what is said about another",
                    reaction_to("n", "+"),
                    with_conversation(3, 2),
                    with_the_gone,
                    false,
                    false,
                    {"message", "effect", "had message"}},
        recall_case{"nothing was erased here",
                    text_message("m"),
                    with_conversation(),
                    with_the_gone,
                    false,
                    false,
                    {"message"}},
        recall_case{"a profile of before", named("Ada"), fresh(), erased_at(1), true, false, of_stranger},
        recall_case{"in the same moment", named("Ada"), fresh(), erased_at(0), true, false, of_stranger},
        recall_case{"a profile since then", named("Ada"), fresh(), erased_at(-1), false, false,
                    of_stranger}));

// -- stays here
// -----------------------------------------------------------------------------------------------

struct stay_case {
  const char* name;
  inbound_event event;
  thread_state state;
  plain_past past;
  bool stays;
  std::vector<std::string> asked;
};
void PrintTo(const stay_case& c, std::ostream* out) {
  *out << c.name;
}
class staying : public testing::TestWithParam<stay_case> {};

TEST_P(staying, where_it_was_taken_in) {
  const auto& c = GetParam();
  const plain_past past = c.past;
  auto r = told(c.event);
  EXPECT_EQ(stays_here(r, c.state, past), c.stays);
  EXPECT_EQ(past.asked, c.asked);
  EXPECT_EQ(r.aliases.empty(), c.stays) << "what it makes known is about the other thread";
  EXPECT_EQ(r.other_name, !c.stays);
  EXPECT_FALSE(r.seen || r.target) << "that is recalled where it is decided";
}

inbound_event comment(inbound_event in) {
  in.thread = thread_kind::comment;
  return in;
}
const auto holding = [](message m) { return that([=](auto& p) { p.stored = m; }); };

INSTANTIATE_TEST_SUITE_P(
    table, staying,
    testing::Values(
        stay_case{"nothing ever came", text_message("m"), fresh(), with_message(1), false, {}},
        stay_case{"a message that is not here",
                  text_message("m"),
                  with_conversation(),
                  {},
                  false,
                  {"effect", "message"}},
        stay_case{"a message that is here",
                  text_message("m"),
                  with_conversation(),
                  with_message(1),
                  true,
                  {"effect", "message"}},
        stay_case{"what is about it",
                  reaction_to("m", "+"),
                  with_conversation(),
                  with_message(1),
                  true,
                  {"effect", "message"}},
        stay_case{
            "what had its effect", reaction_to("m", "+"), with_conversation(), with_effect, true, {"effect"}},
        stay_case{"what is about nothing",
                  watermark_at(delivery_status::read, at(1)),
                  with_conversation(),
                  {},
                  false,
                  {"effect"}},
        stay_case{"what is about an erased one",
                  reaction_to("m", "+"),
                  all_erased(1),
                  with_the_gone,
                  true,
                  {"had message"}},
        stay_case{"after an erasure, what is about none",
                  reaction_to("m", "+"),
                  all_erased(1),
                  {},
                  false,
                  {"had message", "effect", "message"}},
        stay_case{"a direct message that something came before",
                  text_message("m"),
                  with_conversation(),
                  holding(placeholder()),
                  true,
                  {"effect", "message"}},
        stay_case{"a comment that others reacted to",
                  comment(text_message("m")),
                  with_conversation(),
                  holding(placeholder()),
                  false,
                  {"effect", "message"}},
        stay_case{"a comment that was withdrawn",
                  comment(text_message("m")),
                  with_conversation(),
                  holding(placeholder(true)),
                  true,
                  {"effect", "message"}},
        stay_case{"a comment that is here",
                  comment(text_message("m")),
                  with_conversation(),
                  with_message(1),
                  true,
                  {"effect", "message"}},
        stay_case{"what is about a comment to come",
                  comment(reaction_to("m", "+")),
                  with_conversation(),
                  holding(placeholder()),
                  true,
                  {"effect", "message"}}));

// -- watermarks
// -----------------------------------------------------------------------------------------------

message sent(std::uint64_t sequence, std::int64_t seconds) {
  message m;
  m.id = {{the_thread, 1}, sequence};
  m.direction = direction::outbound;
  m.sent_at = at(seconds);
  m.delivery = delivery_status::sent;
  return m;
}
std::vector<std::uint64_t> sequences(const std::vector<message>& list) {
  std::vector<std::uint64_t> out;
  for (const auto& m : list) out.push_back(m.id.sequence);
  return out;
}

TEST(watermarks, cover_what_was_sent_in_its_order) {
  plain_past p;
  p.outbound = {sent(9, 3), sent(2, 1), sent(5, 2)};
  auto r = told(watermark_at(delivery_status::read, at(7)));
  recall(r, with_conversation(4), p);
  EXPECT_THAT(sequences(r.covered), ElementsAre(2, 5, 9));
  EXPECT_THAT(p.asked, ElementsAre("effect", "outbound of 4 up to 7 below read"));
}

TEST(watermarks, cover_nothing_without_a_conversation_or_a_status) {
  plain_past p;
  p.outbound = {sent(2, 1)};
  auto r = told(watermark_at(delivery_status::read, at(7)));
  recall(r, all_erased(1), p);
  EXPECT_THAT(r.covered, IsEmpty());
  r.inbound.status.reset();
  recall(r, with_conversation(), p);
  EXPECT_THAT(r.covered, IsEmpty());
  EXPECT_THAT(p.asked, ElementsAre("effect", "effect"));
}

TEST(watermarks, see_what_was_decided_since) {
  const conversation_id here{the_thread, 1};
  std::vector<message> found{sent(2, 1), sent(3, 2)};
  take_newer(found, sent(4, 3), here, at(5));
  EXPECT_THAT(sequences(found), ElementsAre(2, 3, 4));
  auto read = sent(3, 2);
  read.delivery = delivery_status::read;
  take_newer(found, message(read), here, at(5));
  EXPECT_THAT(sequences(found), ElementsAre(2, 4, 3));
  EXPECT_EQ(found.back(), read) << "the newer one wins";
  take_newer(found, sent(4, 6), here, at(5));
  EXPECT_THAT(sequences(found), ElementsAre(2, 3)) << "as it is now it was sent too late";
  auto inbound = sent(7, 1);
  inbound.direction = direction::inbound;
  take_newer(found, std::move(inbound), here, at(5));
  take_newer(found, sent(8, 1), {the_thread, 2}, at(5));
  EXPECT_THAT(sequences(found), ElementsAre(2, 3)) << "the customer's own, and another conversation's";
}

TEST(brands, keep_their_threads) {
  EXPECT_FALSE(is_another_brands(fresh(), {"acme"}));
  EXPECT_FALSE(is_another_brands(with_conversation(), {"acme"}));
  EXPECT_TRUE(is_another_brands(with_conversation(), {"globex"}));
  EXPECT_FALSE(is_another_brands(all_erased(1), {"globex"})) << "nobody is left there";
}

}  // namespace
}  // namespace switchboard::domain
