// When what nobody pushes is asked for again, and how far one may say that it was read.

#include "domain/feed.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;

timestamp at(std::int64_t us) {
  return timestamp{std::chrono::microseconds{us}};
}

TEST(feed, the_next_time_to_ask) {
  const feed_policy p{.poll_interval = 10s, .backoff = 1s, .backoff_max = 60s, .access_retry = 300s};
  struct row {
    fetch_end end;
    std::uint32_t failures;
    std::optional<std::chrono::milliseconds> asked;
    double chance;
    std::chrono::milliseconds wait;
  };
  const row rows[] = {
      {fetch_end::more, 0, {}, 0, 0ms},
      {fetch_end::more, 0, 7s, 0, 7s},  // the limit is used up, though there is more
      {fetch_end::idle, 0, {}, 0, 10s},
      {fetch_end::idle, 0, 3s, 0, 10s},
      {fetch_end::later, 1, {}, 0, 1s},
      {fetch_end::later, 1, {}, 1, 500ms},
      {fetch_end::later, 2, {}, 0, 2s},
      {fetch_end::later, 6, {}, 0, 32s},
      {fetch_end::later, 7, {}, 0, 60s},
      {fetch_end::later, 4'000'000'000U, {}, 0, 60s},
      {fetch_end::later, 1, 600s, 1, 600s},  // the platform's word is kept to, however long
      {fetch_end::no_access, 1, {}, 0, 300s},
      {fetch_end::no_access, 9, {}, 1, 150s},
  };
  for (const auto& r : rows)
    EXPECT_EQ(next_fetch(r.end, r.failures, r.asked, r.chance, p), r.wait)
        << static_cast<int>(r.end) << " after " << r.failures;
}

TEST(feed, a_stream_that_begins_behind_where_it_was_read_to_lacks_what_lies_between) {
  constexpr std::string_view position = "100000000";
  EXPECT_EQ(missing_before("", at(100)), std::nullopt) << "it begins with the present";
  EXPECT_EQ(missing_before("c12", at(100)), std::nullopt);
  EXPECT_EQ(missing_before(position, at(95'000'000)), std::nullopt);
  EXPECT_EQ(missing_before(position, at(100'000'000)), std::nullopt) << "what the position was made of";
  EXPECT_EQ(missing_before(position, at(105'000'000)), std::nullopt) << "another server's time of it";
  EXPECT_EQ(missing_before(position, at(105'000'001)), (time_span{at(100'000'000), at(105'000'001)}));
}

TEST(feed, pages_shrink_to_one_and_grow_again_slowly) {
  page_size size{100};
  std::vector<std::uint32_t> seen;
  while (size.halve()) seen.push_back(size.now());
  EXPECT_EQ(seen, (std::vector<std::uint32_t>{50, 25, 12, 6, 3, 1}));
  EXPECT_FALSE(size.halve());
  seen.clear();
  for (int i = 0; i < 200 && size.now() < 100; ++i) {
    const auto before = size.now();
    size.fitted();
    if (size.now() != before) seen.push_back(size.now());
  }
  EXPECT_EQ(seen, (std::vector<std::uint32_t>{2, 4, 8, 16, 32, 64, 100}));
  (void)size.halve();
  for (int i = 0; i < 10; ++i) size.fitted();
  (void)size.halve();
  for (int i = 0; i < 10; ++i) size.fitted();
  EXPECT_EQ(size.now(), 25u) << "only many in a row count";
}

TEST(feed, positions) {
  EXPECT_EQ(time_of_position("1783175888090631"), at(1783175888090631));
  for (const char* none : {"", "-1", "12a", " 1", "99999999999999999999", "2222224ssuhx3"})
    EXPECT_EQ(time_of_position(none), std::nullopt) << none;
  EXPECT_EQ(position_at(at(1783175888090631)), "1783175888090631");
  EXPECT_EQ(resume_from(""), std::nullopt) << "from now on";
  EXPECT_EQ(resume_from("1783175888090631"), at(1783175883090631));
  EXPECT_EQ(resume_from("7"), at(0));
  EXPECT_TRUE(reaches_back("", at(1))) << "there is nothing to come back to";
  EXPECT_FALSE(reaches_back("100000000", at(100000000)));
  EXPECT_FALSE(reaches_back("100000000", at(40000000)));
  EXPECT_TRUE(reaches_back("100000000", at(39999999)));
  EXPECT_EQ(later_position("9", "10"), "10");
  EXPECT_EQ(later_position("10", "9"), "10");
  EXPECT_EQ(later_position("", "9"), "9");
  EXPECT_EQ(later_position("9", "x"), "9");
}

TEST(feed, nothing_behind_what_is_not_durable_was_read) {
  under_way u;
  EXPECT_EQ(u.reached(), std::nullopt);
  u.pass(at(5));
  EXPECT_EQ(u.reached(), at(5));
  const auto a = u.begin(at(10));
  u.pass(at(11));
  const auto b = u.begin(at(20));
  u.pass(at(21));
  EXPECT_EQ(u.reached(), at(5));
  u.done(b);
  EXPECT_EQ(u.reached(), at(5)) << "the first is still on its way";
  u.done(a);
  EXPECT_EQ(u.reached(), at(21));
  EXPECT_EQ(u.size(), 0u);
  u.done(a);
  u.done(99);
  u.pass(at(3));
  EXPECT_EQ(u.reached(), at(21)) << "it never goes back";
}

TEST(feed, in_any_order_of_ends_the_mark_stands_before_the_first_open_one) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random{seed};
    under_way u;
    std::vector<std::pair<under_way::number, std::int64_t>> open;
    std::int64_t now = 100;
    for (int i = 0; i < 200; ++i) {
      now += static_cast<std::int64_t>(random() % 5);
      switch (random() % 3) {
        case 0:
          open.emplace_back(u.begin(at(now)), now);
          break;
        case 1:
          u.pass(at(now));
          break;
        default:
          if (!open.empty()) {
            const auto which = static_cast<std::ptrdiff_t>(random() % open.size());
            u.done(open[static_cast<std::size_t>(which)].first);
            open.erase(open.begin() + which);
          }
      }
      const auto mark = u.reached();
      for (const auto& [n, t] : open) {
        // What came at the same moment as an open one may be below the mark: it is read again, for a start goes back.
        ASSERT_TRUE(!mark || *mark <= at(t)) << "seed " << seed;
      }
      if (open.empty() && i > 0 && mark) {
        ASSERT_LE(*mark, at(now));
      }
    }
    for (const auto& [n, t] : open) u.done(n);
    u.pass(at(now));
    EXPECT_EQ(u.reached(), at(now));
  }
}

}  // namespace
}  // namespace switchboard::domain
