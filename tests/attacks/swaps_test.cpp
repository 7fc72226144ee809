// One brand's ids, cursors and tickets with another brand's tokens, a hundred thousand times.

#include "swaps.hpp"

#include "faults.hpp"
#include "tests/e2e/json_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace switchboard::attacks {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(swaps, between_brands_a_hundred_thousand_times_show_nothing_and_change_nothing) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  world w;
  const auto before = w.everything();
  testing::internal::CaptureStderr();
  const auto found = check_swaps(w, 100'000, seed);
  const auto logged = testing::internal::GetCapturedStderr();
  EXPECT_EQ(found.asked, 100'000u);
  EXPECT_THAT(found.wrong, IsEmpty());
  EXPECT_EQ(w.told(), "") << "nothing of it is anything that an operator should read";
  EXPECT_THAT(logged, Not(HasSubstr("cnry")));
  EXPECT_EQ(w.everything(), before);

  // A thread that strangers asked for is still its owner's, and goes on where it was.
  for (const auto& t : w.tenants) {
    ASSERT_EQ(w.deliver(whatsapp_body(t, "waid", whatsapp_message(t, "waid", "later", "latertext"))).status,
              200);
    const auto all = w.get("/v1/conversations?limit=1000", t.token("reader")).body;
    EXPECT_EQ(e2e::elements_at(all, "/conversations").size(), t.conversations.size())
        << "no second one began";
  }
}

TEST(swaps, find_each_handler_that_forgets_whose_things_it_shows) {
  world w;
  std::size_t planted = 0;
  for (const auto& r : net::api::routes()) {
    if (r.needs.whose() != net::api::realm::brand) continue;
    const auto table = forgets_the_brand(r.operation);
    net::api::router faulty{w.ctx, table};
    EXPECT_THAT(check_swaps(w, 1'024, 7, &faulty).wrong, Not(IsEmpty())) << r.operation;
    ++planted;
  }
  EXPECT_GE(planted, 12u);
}

TEST(canaries, are_found_wherever_they_stand_but_for_what_was_asked) {
  canaries mine{'a', 1}, theirs{'b', 2};
  theirs.learn("c_0123456789-1");
  const std::vector<const canaries*> others{&theirs};
  const auto in = [&](const std::string& text, const std::string& said = {}) {
    return foreign_words(text, 'a', said, others);
  };
  EXPECT_THAT(in("{\"name\":\"" + mine.of("name") + "\"}"), IsEmpty());
  EXPECT_THAT(in("{\"name\":\"" + theirs.of("name") + "\"}"), Contains(theirs.of("name")));
  EXPECT_THAT(in("x" + theirs.of("name") + "y", theirs.of("tag")), Not(IsEmpty()));
  EXPECT_THAT(in("no tag " + theirs.of("tag"), "tag=" + theirs.of("tag")), IsEmpty());
  EXPECT_THAT(in("see c_0123456789-1"), Contains("c_0123456789-1"));
  EXPECT_THAT(in(canaries{nobodys_letter, 3}.of("raw")), Not(IsEmpty())) << "what has no brand is no brand's";
}

// -- what is bound to a brand ------------------------------------------------------------------------------------

/// A page's cursor says of which list of which brand it is. Whoever makes one up is let into no other rows by it, and
/// stops nothing.
TEST(cursors, of_pages_made_by_hand_show_only_what_their_token_may_see) {
  world w;
  std::mt19937_64 random{11};
  const auto& mine = w.tenants[0];
  std::size_t taken = 0;
  for (int n = 0; n < 20'000; ++n) {
    // Its own binding, and behind it the place of another brand, or any bytes.
    const auto& [list, cursor] = mine.page_cursors[random() % mine.page_cursors.size()];
    const auto& other = w.tenants[1 + random() % 2];
    auto place = other.page_cursors[random() % other.page_cursors.size()].second.substr(16);
    if (n % 3 == 0) {
      place.resize(2 * (random() % 40));
      for (auto& c : place) c = "0123456789abcdef"[random() % 16];
    }
    const auto r = w.get(list + "?limit=1000&cursor=" + cursor.substr(0, 16) + place, mine.token("admin"));
    ASSERT_TRUE(r.status == 200 || r.status == 400) << r.status << " " << r.body;
    taken += r.status == 200;
    ASSERT_THAT(foreign_words(r.head + r.body, mine.words.letter(), cursor + place, w.words_but(&mine)),
                IsEmpty());
  }
  EXPECT_GT(taken, 1'000u) << "or nothing was tried";
  EXPECT_EQ(w.told(), "");
}

TEST(tickets, beside_a_token_must_be_that_tokens_own) {
  world w;
  const auto& a = w.tenants[0];
  const auto& b = w.tenants[1];
  const auto open = [&](const std::string& ticket, std::string_view token) {
    net::http::header_list headers;
    if (!token.empty()) headers.push_back(bearer(token));
    return w.ask({net::http::method::get, "/v1/events?from=earliest&ticket=" + ticket, headers, {}});
  };
  EXPECT_EQ(open(w.ticket(b.token("reader")), a.token("reader")).status, 401) << "another brand's";
  EXPECT_EQ(open(w.ticket(a.token("admin")), a.token("reader")).status, 401) << "another role's";
  EXPECT_EQ(open(w.ticket(a.token("reader")), "nobodys").status, 401);
  const auto own = open(w.ticket(a.token("reader")), a.token("reader"));
  EXPECT_EQ(own.status, 200);
  const auto alone = open(w.ticket(a.token("reader")), "");
  EXPECT_EQ(alone, own);
}

}  // namespace
}  // namespace switchboard::attacks
