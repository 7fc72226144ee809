// Which thread an event belongs to, rule by rule. tests/actors/thread_finder_test.cpp walks the same with the views.
#include "domain/thread_finding.hpp"

#include "tests/domain/known_threads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr timestamp noon{1'795'248'000s};

inbound_event direct(std::string key, std::string also = "") {
  inbound_event e;
  e.platform = platform::whatsapp;
  e.platform_message_id = "m";
  e.thread_key = e.customer_platform_id = std::move(key);
  e.thread_key_also = std::move(also);
  e.at = noon;
  return e;
}
inbound_event comment(std::string key, std::string parent = "") {
  auto e = direct(std::move(key));
  e.platform = platform::facebook;
  e.thread = thread_kind::comment;
  e.thread_parent = std::move(parent);
  return e;
}
inbound_event of_kind(inbound_kind kind, inbound_event e) {
  e.kind = kind;
  return e;
}
inbound_event outbound(inbound_event e) {
  e.direction = direction::outbound;
  return e;
}
inbound_event changed_number(std::string from, std::string to, std::string also_next = "") {
  auto e = of_kind(inbound_kind::profile, direct(std::move(from)));
  e.thread_key_next = std::move(to);
  e.thread_key_also_next = std::move(also_next);
  return e;
}
inbound_event in_group(std::string group, std::string speaker) {
  auto e = direct(std::move(group));
  e.platform = platform::telegram;
  e.customer_platform_id = std::move(speaker);
  e.thread_shared = true;
  return e;
}

inbound_event our_echo(platform on, std::string to, std::string words) {
  auto e = outbound(direct(std::move(to)));
  e.platform = on;
  e.content = std::move(words);
  return e;
}

/// All of it in one line: "55 of 55 unless in 56 by another name; BR.1 is first 55; comment".
std::string text(const thread_finding& f, const known_threads& known) {
  const auto& found = f.found;
  auto line = known.text(found.thread) + " of " + found.customer.value;
  if (found.unless_in) line += " unless in " + known.text(*found.unless_in);
  if (found.other_name) line += " by another name";
  for (const auto& a : found.aliases) {
    line += "; " + known.text(a.key);
    line += a.since ? " moved to " : a.key == f.first_name ? " is first " : " is ";
    line += known.text(a.thread);
    if (a.since) line += " of " + a.customer.value;
  }
  if (f.remember_comment) line += "; comment";
  if (f.remember_asked) line += "; asked";
  if (f.remember_event) line += "; event";
  return line;
}

struct finding_case {
  const char* name;
  inbound_event event;
  std::string found;
  std::function<void(known_threads&)> past = [](known_threads&) {};
};
void PrintTo(const finding_case& c, std::ostream* out) {
  *out << c.name;
}

class finding : public testing::TestWithParam<finding_case> {};

TEST_P(finding, follows_the_rules) {
  known_threads known;
  GetParam().past(known);
  EXPECT_EQ(text(find_thread(GetParam().event, known), known), GetParam().found);
}

/// `name` is another name of the thread of `key`.
auto named(std::string name, std::string key) {
  return [=](known_threads& known) {
    known.names[known.id_of(name)] = known.id_of(key);
    known.other_names[known.id_of(key)] = known.id_of(name);
  };
}
auto moved(std::string from, std::string to, timestamp since = noon) {
  return [=](known_threads& known) {
    known.remember(thread_alias{known.id_of(to), known.id_of(from), since, {from}});
  };
}
template <class... Past>
auto all(Past... past) {
  return [=](known_threads& known) { (past(known), ...); };
}

/// A customer's answer of which the platform tells only what it answers.
inbound_event answer(std::string key, std::string customer, std::string parent) {
  auto e = comment(std::move(key), std::move(parent));
  e.customer_platform_id = std::move(customer);
  e.parent_if_same_customer = true;
  return e;
}
auto said_in(std::string key, std::string customer, std::string id) {
  return [=](known_threads& known) {
    auto e = answer(key, customer, "");
    e.platform_message_id = id;
    (void)known.find(e);
  };
}

INSTANTIATE_TEST_SUITE_P(
    answers_to_answers, finding,
    testing::Values(finding_case{"the first of all", answer("1/ann", "ann", ""), "c/1/ann of ann; comment"},
                    finding_case{"to what is not known", answer("2/ann", "ann", "p"),
                                 "c/2/ann of ann; comment"},
                    finding_case{"the customer's own", answer("2/ann", "ann", "p"), "c/1/ann of ann; comment",
                                 said_in("1/ann", "ann", "p")},
                    finding_case{"another's to the same", answer("2/bob", "bob", "p"),
                                 "c/2/bob of bob; comment", said_in("1/ann", "ann", "p")},
                    finding_case{"once more, where it lies already", answer("2/ann", "ann", "p"),
                                 "c/3/ann of ann; comment",
                                 all(said_in("1/ann", "ann", "p"), said_in("3/ann", "ann", "m"))}));

INSTANTIATE_TEST_SUITE_P(
    another_name, finding,
    testing::Values(
        finding_case{"a number alone", direct("55"), "55 of 55"},
        finding_case{"nobody named the customer",
                     of_kind(inbound_kind::message,
                             [] {
                               auto e = direct("55");
                               e.customer_platform_id = "";
                               return e;
                             }()),
                     "55 of 55"},
        finding_case{"both, new", direct("55", "BR.1"), "55 of 55; BR.1 is first 55"},
        finding_case{"the user id alone, new", direct("BR.1", "BR.1"), "BR.1 of BR.1; BR.1 is first BR.1"},
        finding_case{"both, known", direct("55", "BR.1"), "55 of 55", named("BR.1", "55")},
        finding_case{"the user id alone, known beside a number", direct("BR.1", "BR.1"),
                     "55 of BR.1 unless in BR.1 by another name", named("BR.1", "55")},
        finding_case{"a number beside a user id that began alone", direct("55", "BR.1"),
                     "BR.1 of 55 unless in 55 by another name; 55 is BR.1", named("BR.1", "BR.1")},
        finding_case{"the same again", direct("55", "BR.1"), "BR.1 of 55 unless in 55 by another name",
                     all(named("BR.1", "BR.1"), named("55", "BR.1"))},
        finding_case{"a number that led to another until now", direct("55", "BR.1"),
                     "BR.1 of 55 unless in 55 by another name; 55 is BR.1",
                     all(named("BR.1", "BR.1"), named("55", "BR.7"))},
        finding_case{"a receipt tells of no name", of_kind(inbound_kind::status, direct("55", "BR.1")),
                     "55 of 55"},
        finding_case{"a receipt follows a name, and tells of no number",
                     of_kind(inbound_kind::status, direct("55", "BR.1")),
                     "BR.1 of 55 unless in 55 by another name", named("BR.1", "BR.1")},
        finding_case{"an echo to a number that is another name", outbound(direct("55")),
                     "BR.1 of 55 unless in 55 by another name", named("55", "BR.1")},
        finding_case{"what a customer says by a number alone stays there", direct("55"), "55 of 55",
                     named("55", "BR.1")},
        finding_case{"an echo to a number that is its own thread's", outbound(direct("55")), "55 of 55",
                     named("BR.1", "55")},
        finding_case{"a number beside another user id is somebody else's", direct("55", "BR.2"),
                     "55' of 55' unless in 55; 55 moved to 55' of 55'; BR.2 is first 55'",
                     named("BR.1", "55")},
        finding_case{"a receipt takes the number from nobody",
                     of_kind(inbound_kind::status, direct("55", "BR.2")), "55 of 55", named("BR.1", "55")},
        finding_case{"a comment has no other name", comment("55"), "c/55 of 55; comment",
                     named("55", "BR.1")}));

INSTANTIATE_TEST_SUITE_P(
    moves, finding,
    testing::Values(
        finding_case{"a changed number", changed_number("55", "56"),
                     "55 of 55; 56 moved to 55 of 55; 55 moved to 55' of 55'"},
        finding_case{"with a user id", changed_number("55", "56", "BR.2"),
                     "55 of 55; 56 moved to 55 of 55; 55 moved to 55' of 55'; BR.2 is 55"},
        finding_case{"with a user id that leads somewhere", changed_number("55", "56", "BR.2"),
                     "55 of 55; 56 moved to 55 of 55; 55 moved to 55' of 55'", named("BR.2", "70")},
        finding_case{"with the user id that it tells itself",
                     [] {
                       auto e = of_kind(inbound_kind::message, changed_number("55", "56", "BR.1"));
                       e.thread_key_also = "BR.1";
                       return e;
                     }(),
                     "55 of 55; BR.1 is first 55; 56 moved to 55 of 55; 55 moved to 55' of 55'"},
        finding_case{"of somebody who moved before", changed_number("56", "57"),
                     "55 of 55 unless in 56 by another name; 57 moved to 55 of 55; 56 moved to 56' of 56'",
                     moved("55", "56")},
        finding_case{"by the new number", direct("56"), "55 of 55 unless in 56 by another name",
                     moved("55", "56")},
        finding_case{"by the new number, before it moved", direct("56"), "56 of 56",
                     moved("55", "56", noon + 1s)},
        finding_case{"by the new number beside a known name", direct("56", "BR.1"),
                     "55 of 55 unless in 56 by another name", all(moved("55", "56"), named("BR.1", "55"))},
        finding_case{"by the new number beside a new name", direct("56", "BR.1"),
                     "55 of 55 unless in 56 by another name; BR.1 is first 55", moved("55", "56")},
        finding_case{"a number that came back", direct("55"), "55 of 55",
                     all(moved("56", "55", noon - 2s), moved("55", "55", noon - 1s))},
        finding_case{"a group",
                     [] {
                       auto e = in_group("-99", "777");
                       e.thread_key_next = "-100155";
                       return e;
                     }(),
                     "-99 of 777; -100155 moved to -99 of 777; comment"},
        finding_case{"somebody in a group that moved", in_group("-100155", "778"),
                     "-99 of 778 unless in -100155; comment", moved("-99", "-100155")},
        finding_case{"comments do not move", comment("56"), "c/56 of 56; comment", moved("55", "56")}));

auto comment_in(std::string id, std::string key) {
  return [=](known_threads& known) { known.comments[id] = known.id_of(thread_kind::comment, key); };
}
auto asked_for(std::string id, std::string key) {
  return [=](known_threads& known) { known.asked_for[id] = known.id_of(thread_kind::comment, key); };
}
auto has(std::string key, inbound_event e) {
  return [=](known_threads& known) {
    known.events.emplace(known.id_of(thread_kind::comment, key), known_threads::key_of(e));
  };
}

INSTANTIATE_TEST_SUITE_P(
    comments, finding,
    testing::Values(
        finding_case{"a comment", comment("ana"), "c/ana of ana; comment"},
        finding_case{"again", comment("ana"), "c/ana of ana; comment", comment_in("m", "ana")},
        finding_case{"withdrawn before it came", comment("ana"), "c/ana of ana unless in c/page; comment; asked",
                     comment_in("m", "page")},
        finding_case{"withdrawn before it came, and again", comment("ana"), "c/ana of ana unless in c/page; comment",
                     all(comment_in("m", "ana"), asked_for("m", "page"))},
        finding_case{"a like of it is its own", of_kind(inbound_kind::reaction_added, comment("bo")),
                     "c/bo of bo; comment", comment_in("m", "ana")},
        finding_case{"an answer beside its parent", comment("page", "p"), "c/ana of page; comment",
                     comment_in("p", "ana")},
        finding_case{"an answer before its parent", comment("page", "p"), "c/page of page; comment"},
        finding_case{"again, when the parent has come", comment("page", "p"), "c/page of page; comment",
                     all(comment_in("p", "ana"), comment_in("m", "page"))},
        finding_case{"a removal beside its comment",
                     of_kind(inbound_kind::deletion, comment("page", "p")), "c/ana of page",
                     comment_in("p", "ana")},
        finding_case{"a removal of what stayed where somebody withdrew it",
                     of_kind(inbound_kind::deletion, comment("bo", "p")), "c/ana of bo unless in c/page",
                     all(comment_in("p", "ana"), asked_for("p", "page"))},
        finding_case{"a removal of what is known to lie there",
                     of_kind(inbound_kind::deletion, comment("bo", "p")), "c/page of bo",
                     all(comment_in("p", "page"), asked_for("p", "page"))},
        finding_case{"a removal before its comment", of_kind(inbound_kind::deletion, comment("page", "p")),
                     "c/page of page; comment; event"},
        finding_case{"again, when the comment has come",
                     of_kind(inbound_kind::deletion, comment("page", "p")), "c/page of page",
                     all(comment_in("p", "ana"),
                         has("page", of_kind(inbound_kind::deletion, comment("page", "p"))))},
        finding_case{"another removal",
                     of_kind(inbound_kind::deletion, comment("page", "p")), "c/ana of page",
                     all(comment_in("p", "ana"),
                         has("page", of_kind(inbound_kind::edit, comment("page", "p"))))},
        finding_case{"a reaction in a group's topic",
                     [] {
                       auto e = of_kind(inbound_kind::reaction_added, in_group("-100", "777"));
                       e.thread_parent = "p";
                       return e;
                     }(),
                     "-100/t7 of 777",
                     [](known_threads& known) { known.comments["p"] = known.id_of("-100/t7"); }},
        finding_case{"without an id it is not sought",
                     [] {
                       auto e = comment("ana");
                       e.platform_message_id = "";
                       return e;
                     }(),
                     "c/ana of ana"}));

// -- what is asked
// --------------------------------------------------------------------------------------------

class questions : public testing::Test {
 protected:
  std::vector<std::string> of(const inbound_event& e) {
    known_.asked.clear();
    (void)find_thread(e, known_);
    return known_.asked;
  }
  known_threads known_;
};

TEST_F(questions, of_the_commonest_events_are_hashes_and_no_more) {
  EXPECT_THAT(of(direct("55")), ElementsAre("thread of 55", "customer of 55", "move of 55"));
  EXPECT_THAT(of(of_kind(inbound_kind::profile, direct("55"))),
              ElementsAre("thread of 55", "customer of 55", "move of 55"));
  EXPECT_THAT(of(in_group("-99", "777")), ElementsAre("thread of -99", "customer of 777", "move of -99"));
}

TEST_F(questions, are_asked_where_the_answer_decides_something) {
  EXPECT_THAT(of(outbound(direct("55"))),
              ElementsAre("thread of 55", "customer of 55", "move of 55", "who is 55"));
  EXPECT_THAT(of(direct("55", "BR.1")), ElementsAre("thread of 55", "customer of 55", "move of 55",
                                                    "thread of BR.1", "who is BR.1", "name of 55"));
  EXPECT_THAT(of(direct("BR.1", "BR.1")), ElementsAre("thread of BR.1", "customer of BR.1", "move of BR.1",
                                                      "thread of BR.1", "who is BR.1"));
  named("BR.1", "55")(known_);
  EXPECT_THAT(of(direct("55", "BR.1")),
              ElementsAre("thread of 55", "customer of 55", "move of 55", "thread of BR.1", "who is BR.1"));
  EXPECT_THAT(of(comment("ana")), ElementsAre("thread of ana", "customer of ana", "comment m"));
  EXPECT_THAT(of(of_kind(inbound_kind::edit, comment("ana"))),
              ElementsAre("thread of ana", "customer of ana"));
  EXPECT_THAT(of(comment("page", "p")),
              ElementsAre("thread of page", "customer of page", "comment m", "comment p"));
  EXPECT_THAT(of(of_kind(inbound_kind::deletion, comment("page", "p"))),
              ElementsAre("thread of page", "customer of page", "comment p"));
  comment_in("p", "ana")(known_);
  EXPECT_THAT(of(of_kind(inbound_kind::deletion, comment("page", "p"))),
              ElementsAre("thread of page", "customer of page", "comment p", "c/page has it", "asked for p"));
}

// -- whoever is not first
// -------------------------------------------------------------------------------------

TEST(first_names, the_second_finds_the_thread_of_the_first) {
  known_threads known;
  const auto by_number = direct("55", "BR.1"), by_user_id = direct("BR.1", "BR.1");
  const auto first = find_thread(by_number, known), second = find_thread(by_user_id, known);
  EXPECT_NE(first.found.thread, second.found.thread) << "both found it before either could say so";
  ASSERT_TRUE(known.remember(by_number, first));
  ASSERT_FALSE(known.remember(by_user_id, second));
  const auto again = find_thread(by_user_id, known);
  EXPECT_EQ(text(again, known), "55 of BR.1 unless in BR.1 by another name");
  EXPECT_TRUE(known.remember(by_user_id, again));
}

TEST(first_names, who_is_not_first_takes_no_number_from_anybody) {
  known_threads known;
  named("BR.1", "55")(known);
  const auto zed = direct("55", "BR.2");
  const auto late = find_thread(zed, known);
  ASSERT_TRUE(known.remember(direct("60", "BR.2"), find_thread(direct("60", "BR.2"), known)));
  ASSERT_FALSE(known.remember(zed, late));
  EXPECT_THAT(known.moves, IsEmpty());
  EXPECT_EQ(known.find(zed).thread, known.id_of("60"));
}

// -- may it tell aliases?
// -------------------------------------------------------------------------------------

TEST(may_tell, no_event_without_other_keys) {
  known_threads known;
  EXPECT_FALSE(may_tell_aliases(direct("55"), known));
  EXPECT_FALSE(may_tell_aliases(outbound(direct("55")), known));
  EXPECT_FALSE(may_tell_aliases(comment("ana", "p"), known));
  EXPECT_TRUE(may_tell_aliases(changed_number("55", "56"), known));
  EXPECT_TRUE(may_tell_aliases(direct("55", "BR.1"), known));
  (void)known.find(direct("55", "BR.1"));
  known.lately.insert(known.id_of("BR.1"));
  EXPECT_FALSE(may_tell_aliases(direct("55", "BR.1"), known)) << "the commonest of those who have both";
  EXPECT_TRUE(may_tell_aliases(direct("56", "BR.1"), known));
  EXPECT_FALSE(may_tell_aliases(of_kind(inbound_kind::status, direct("56", "BR.1")), known));
  (void)known.find(direct("56", "BR.1"));
  EXPECT_FALSE(may_tell_aliases(direct("56", "BR.1"), known)) << "told already";
}

/// Whoever tells must be alone while it does (local_engine::deliver), so it must be known before.
TEST(may_tell, whatever_does) {
  std::size_t told = 0, were_alone = 0;
  constexpr int events = 20'000;
  std::mt19937_64 random;
  const auto below = [&](std::uint64_t n) { return random() % n; };
  const std::vector<std::string> numbers{"55", "56", "57"}, users{"BR.1", "BR.2", "BR.3"};
  known_threads known;
  for (int i = 0; i < events; ++i) {
    if (i % 40 == 0) {
      known = {};
      random.seed(static_cast<std::uint64_t>(i) + 1);
    }
    auto e = direct(numbers[below(3)], below(3) == 0 ? "" : users[below(3)]);
    if (below(6) == 0) e.thread_key = e.customer_platform_id = e.thread_key_also;
    if (e.thread_key.empty()) continue;
    e.at += 1s * below(100);
    if (below(4) == 0) e.kind = inbound_kind::status;
    if (below(4) == 0) e.direction = direction::outbound;
    if (below(12) == 0) e.thread_key_next = numbers[below(3)];
    if (below(20) == 0) e.thread_key_also_next = users[below(3)];
    const bool alone = may_tell_aliases(e, known);
    const auto found = known.find(e);
    if (!found.aliases.empty()) {
      ++told;
      ASSERT_TRUE(alone) << "in the history of seed " << i / 40 * 40 + 1;
    }
    were_alone += alone;
    // Memory forgets, the disk does not.
    for (const auto& [name, thread] : known.names) known.lately.insert(name);
    if (below(10) == 0) known.lately.clear();
  }
  EXPECT_GT(told, 1'000u);
  EXPECT_LT(were_alone, static_cast<std::size_t>(events));
}

// -- where a key led
// ------------------------------------------------------------------------------------------

TEST(led_to, by_its_move_then_by_its_name) {
  known_threads known;
  EXPECT_FALSE(led_to("55", noon, known));
  named("55", "BR.1")(known);
  EXPECT_EQ(led_to("55", noon, known), known.id_of("BR.1"));
  moved("50", "55")(known);
  EXPECT_EQ(led_to("55", noon, known), known.id_of("50"));
  EXPECT_EQ(led_to("55", noon - 1s, known), known.id_of("BR.1"));
}

TEST(private_answers, are_asked_for_where_they_were_said) {
  known_threads known;
  const auto below = known.id_of(thread_kind::comment, "photo/55");
  known.private_answers[{"55", "yes"}] = below;
  EXPECT_EQ(known.find(our_echo(platform::instagram, "55", "yes")).unless_in, below);
  EXPECT_EQ(known.find(our_echo(platform::instagram, "55", "no")).unless_in, std::nullopt);
  EXPECT_EQ(known.find(our_echo(platform::instagram, "56", "yes")).unless_in, std::nullopt)
      << "another customer";
  EXPECT_EQ(known.find(our_echo(platform::x, "55", "yes")).unless_in, std::nullopt) << "has no such answers";
  auto his = our_echo(platform::instagram, "55", "yes");
  his.direction = direction::inbound;
  EXPECT_EQ(known.find(his).unless_in, std::nullopt);
  // Once it is known by the platform's id, that says where it lies: of its receipts too.
  known.private_answers.clear();
  known.comments["m"] = below;
  EXPECT_EQ(known.find(our_echo(platform::instagram, "55", "edited since")).unless_in, below);
  EXPECT_EQ(known.find(of_kind(inbound_kind::status, our_echo(platform::instagram, "55", ""))).unless_in,
            below);
}

}  // namespace
}  // namespace switchboard::domain
