// What a thread knows of the past before it decides, rule by rule, on a past made of plain values.
#include "domain/recalling.hpp"

#include "tests/domain/plain_past.hpp"
#include "tests/domain/thread_fixture.hpp"

#include <gmock/gmock.h>

namespace switchboard::domain {
namespace {

using testing::IsEmpty;

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

TEST(recalling_echoes, asks_what_was_begun_where_the_words_could_be_of_what_waits) {
  auto state = with_conversation();
  message waits;
  waits.id = {state.current->id, 7};
  waits.direction = direction::outbound;
  waits.content = "yes";
  waits.sent_at = at(1);
  state.sending.push_back(waits);
  auto echo = inbound_of(inbound_kind::message, "p");
  echo.direction = direction::outbound;
  echo.platform = platform::instagram;
  echo.at = at(2);
  const auto not_begun = [&](const char* words, const char* reference = "") {
    echo.content = words;
    echo.our_reference = reference;
    auto r = told(echo);
    recall(r, state, plain_past{});
    return r.not_begun;
  };
  EXPECT_THAT(not_begun("yes"), testing::ElementsAre(waits.id));
  EXPECT_THAT(not_begun("no"), IsEmpty());
  EXPECT_THAT(not_begun("yes", to_text(waits.id).c_str()), IsEmpty()) << "what it is is known";
}

/// Below a comment something was said to its author alone, and something to all.
TEST(recalling_echoes, a_private_answers_echo_stays_where_it_was_said) {
  auto state = with_conversation();
  state.current->kind = thread_kind::comment;
  state.current->platform = platform::instagram;
  message open;
  open.id = {state.current->id, 7};
  open.direction = direction::outbound;
  open.content = "to all";
  open.sent_at = at(1);
  message between;
  between = open;
  between.id.sequence = 8;
  between.content = "to you  alone ";
  between.payload = R"({"buttons":[{"title":"ok"}],"private":true})";
  state.sending = {open, between};
  plain_past past;
  const auto stays = [&](const char* words, auto change) {
    auto echo = inbound_of(inbound_kind::message, "p");
    echo.direction = direction::outbound;
    echo.platform = platform::instagram;
    echo.content = words;
    echo.at = at(2);
    change(echo);
    auto r = told(echo);
    return stays_here(r, state, past);
  };
  const auto as_it_is = [](inbound_event&) {};
  EXPECT_FALSE(stays("to you alone", as_it_is)) << "nobody has called the platform yet";
  past.begun = between.id;
  EXPECT_TRUE(stays("to you alone", as_it_is));
  EXPECT_FALSE(stays("to you", as_it_is));
  EXPECT_FALSE(stays("to you alone", [](inbound_event& e) { e.direction = direction::inbound; }));
  EXPECT_FALSE(stays("to you alone", [](inbound_event& e) { e.our_reference = "another's"; }));
  past.begun = open.id;
  EXPECT_FALSE(stays("to all", as_it_is)) << "that comes back as a comment";
  state.current->kind = thread_kind::dm;
  EXPECT_FALSE(stays("to all", as_it_is)) << "it is asked by its own key";
}

TEST(recalling_replies, asks_below_what_they_go_only_where_nothing_came_since) {
  auto state = with_conversation();
  plain_past past;
  past.last = "old";
  const auto below = [&] {
    say s{.id = state.current->id, .parts = {{.content = "yes"}}};
    recall(s, state, past);
    return s.below;
  };
  EXPECT_EQ(below(), std::nullopt) << "a direct message";
  state.current->kind = thread_kind::comment;
  EXPECT_EQ(below(), "old");
  past.last.reset();
  EXPECT_EQ(below(), "") << "the customer said nothing";
  EXPECT_THAT(past.asked, testing::ElementsAre("last inbound of 1", "last inbound of 1"));
  state.last_inbound = "new";
  EXPECT_EQ(below(), "new");
  EXPECT_EQ(past.asked.size(), 2u);
}

TEST(recalling_replies, asks_about_the_comment_only_for_a_private_one) {
  auto state = with_conversation(3, 1);
  state.current->kind = thread_kind::comment;
  state.last_inbound = "m";
  plain_past past;
  past.stored = stored_in(2);
  past.answers = {stored_in(3)};
  const auto recalled = [&](bool privately, std::string to = {}, std::vector<message> made = {}) {
    say s{.id = state.current->id,
          .parts = {{.content = "psst", .reply_to = std::move(to), .privately = privately}}};
    s.key = made.empty() ? "" : "k";
    past.made = std::move(made);
    past.asked.clear();
    recall(s, state, past);
    return s;
  };
  EXPECT_FALSE(recalled(false).comment);
  EXPECT_THAT(past.asked, IsEmpty());
  const auto below_the_last = recalled(true);
  EXPECT_EQ(below_the_last.comment, past.stored);
  EXPECT_EQ(below_the_last.answers, past.answers);
  EXPECT_THAT(past.asked, testing::ElementsAre("message", "answers to m up to 3"));
  EXPECT_EQ(recalled(true, "m").comment, past.stored);
  EXPECT_FALSE(recalled(true, "another's").comment);
  EXPECT_FALSE(recalled(true, "m", {stored_in(3)}).comment) << "a repetition is answered with what was made";
  past.stored = placeholder();
  EXPECT_FALSE(recalled(true).comment) << "nobody knows when it was made";
  past.stored = stored_in(2);
  past.stored->direction = direction::outbound;
  EXPECT_FALSE(recalled(true).comment) << "our own";
  past.stored = stored_in(1);
  EXPECT_FALSE(recalled(true).comment) << "erased";
}

TEST(recalling_replies, answer_what_was_said_here_or_the_post_that_it_is_about) {
  auto state = with_conversation(3, 1);
  state.last_inbound = "last";
  state.current->post_id = "post";
  plain_past past;
  past.stored = stored_in(2);
  const auto not_here = [&](std::string to) {
    say s{.id = state.current->id, .parts = {{.content = "yes", .reply_to = std::move(to)}}};
    recall(s, state, past);
    return s.not_here;
  };
  for (const auto kind : {thread_kind::dm, thread_kind::comment}) {
    state.current->kind = kind;
    for (const auto* to : {"", "last", "post", "m"}) EXPECT_EQ(not_here(to), "") << to;
    EXPECT_EQ(not_here("another's"), "another's");
  }
  past.stored = placeholder();
  EXPECT_EQ(not_here("m"), "m") << "somebody else's comment may be what was reacted to";
  past.stored = stored_in(1);
  EXPECT_EQ(not_here("m"), "m") << "erased";
  past.made = {stored_in(3)};
  say again{.id = state.current->id, .parts = {{.content = "yes", .reply_to = "another's"}}};
  again.key = "k";
  recall(again, state, past);
  EXPECT_EQ(again.not_here, "") << "a repetition is answered with what was made";
}

TEST(recalling_replies, the_newer_of_two_answers_is_what_counts) {
  auto answer = stored_in(1);
  answer.direction = direction::outbound;
  answer.reply_to = "c";
  answer.delivery = delivery_status::queued;
  std::vector<message> found = {answer};
  answer.delivery = delivery_status::failed;
  take_newer_answer(found, message(answer), "c");
  EXPECT_THAT(found, testing::ElementsAre(answer));
  auto other = answer;
  other.id.sequence = 3;
  take_newer_answer(found, message(other), "d");
  EXPECT_EQ(found.size(), 1u) << "to another comment";
  take_newer_answer(found, message(other), "c");
  EXPECT_EQ(found.size(), 2u);
  other.direction = direction::inbound;
  other.id.sequence = 4;
  take_newer_answer(found, std::move(other), "c");
  EXPECT_EQ(found.size(), 2u) << "the customer's own";
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
