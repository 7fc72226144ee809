// What a thread knows of the past before it decides, rule by rule, on a past made of plain values.
#include "domain/recalling.hpp"

#include "tests/domain/plain_past.hpp"
#include "tests/domain/thread_fixture.hpp"

#include <gmock/gmock.h>

namespace switchboard::domain {
namespace {

using testing::IsEmpty;

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

TEST(staying_replies, are_where_they_were_said_by_the_same_account_of_the_same_brand) {
  auto state = with_conversation();
  state.current->account = {"page"};
  plain_past past;
  past.stored = stored_in(1);
  past.stored->direction = direction::outbound;
  auto echo = text_message("p");
  echo.direction = direction::outbound;
  echo.our_reference = to_text(past.stored->id);
  const auto stays = [&](const char* account, const char* brand = "acme") {
    auto r = told(echo);
    r.account = {account};
    r.brand = {brand};
    return stays_here(r, state, past);
  };
  EXPECT_TRUE(stays("page"));
  EXPECT_FALSE(stays("other")) << "whoever may write by another account could write this reference, too";
  EXPECT_FALSE(stays("page", "globex"));
  past.stored->note = true;
  EXPECT_FALSE(stays("page"));
  past.stored.reset();
  EXPECT_FALSE(stays("page")) << "there never was one";
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
        stay_case{"what is about such a comment",
                  comment(reaction_to("m", "+")),
                  with_conversation(),
                  holding(placeholder(true)),
                  true,
                  {"effect", "message"}},
        stay_case{"what is about a comment to come",
                  comment(reaction_to("m", "+")),
                  with_conversation(),
                  holding(placeholder()),
                  false,
                  {"effect", "message"}}));

// -- what a platform's history tells of somebody who was forgotten
// ------------------------------------------------------------------------------------------------------------------

inbound_event of_history(inbound_event in) {
  in.from_history = true;
  return in;
}
bool is_held_back(const inbound_event& in, const thread_state& state, const plain_past& past) {
  auto r = told(in);
  recall(r, state, past);
  return r.seen;
}

TEST(recalling_history, brings_nobody_back_who_was_forgotten_since) {
  const auto said = text_message("m");  // at 0
  EXPECT_TRUE(is_held_back(of_history(said), fresh(), erased_at(1)));
  EXPECT_TRUE(is_held_back(of_history(said), fresh(), erased_at(0)));
  EXPECT_FALSE(is_held_back(of_history(said), fresh(), erased_at(-1))) << "he came again";
  EXPECT_FALSE(is_held_back(of_history(said), fresh(), {})) << "nobody was forgotten";
  EXPECT_FALSE(is_held_back(said, fresh(), erased_at(1))) << "what is delivered is known by its dedup keys";
  EXPECT_TRUE(is_held_back(of_history(text_message("m")), with_conversation(2, 1), erased_at(1)))
      << "nor into the conversation that he began since";
  auto echo = text_message("m");
  echo.direction = direction::outbound;
  EXPECT_TRUE(is_held_back(of_history(echo), fresh(), erased_at(1))) << "what was said to him goes with him";
}

TEST(recalling_history, of_our_own_side_is_held_back_where_a_thread_was_forgotten) {
  auto ours = text_message("m");
  ours.direction = direction::outbound;
  ours.customer_platform_id.clear();
  EXPECT_FALSE(is_held_back(of_history(ours), fresh(), {}));
  EXPECT_TRUE(is_held_back(of_history(ours), all_erased(2), {}));
  auto since = with_conversation(3, 2);
  since.current->created_at = ours.at + std::chrono::seconds(1);
  EXPECT_TRUE(is_held_back(of_history(ours), since, {})) << "older than what began since";
  since.current->created_at = ours.at;
  EXPECT_FALSE(is_held_back(of_history(ours), since, {}));
  EXPECT_FALSE(is_held_back(ours, since, {}));
}

}  // namespace
}  // namespace switchboard::domain
