// A page of a list is bounded in rows and in bytes, and walking the pages gives every row once.

#include "net/api/reading.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>

namespace switchboard::net::testing {
namespace {

/// A list whose cursor is the number of its next row, so none in front is "".
struct numbered_list {
  std::vector<std::size_t> sizes;
  std::size_t looks_at_most = SIZE_MAX;  ///< rows that one call goes over, as a filter does
  bool broken = false;
  std::size_t calls = 0, rows_max = 0;

  expected<storage::page, storage::views_error> operator()(std::size_t limit, std::string_view after) {
    ++calls;
    if (broken) return unexpected{storage::views_error{"no cursor of this list"}};
    std::size_t at = 0;
    std::from_chars(after.data(), after.data() + after.size(), at);
    storage::page out;
    const auto end = std::min({sizes.size(), at + limit, at + std::min(looks_at_most, sizes.size())});
    for (; at < end; ++at) out.rows.emplace_back(sizes[at], 'x');
    if (at < sizes.size()) out.next = std::to_string(at);
    rows_max = std::max(rows_max, out.rows.size());
    return out;
  }
};

std::size_t bytes_of(const storage::page& p) {
  std::size_t n = 0;
  for (const auto& row : p.rows) n += row.size();
  return n;
}

struct walk {
  std::vector<std::size_t> sizes;
  std::size_t pages = 0;
};
walk walk_through(numbered_list& list, std::size_t limit) {
  walk w;
  std::string cursor;
  do {
    const auto page = api::bounded_page(limit, cursor, std::ref(list));
    EXPECT_TRUE(page);
    EXPECT_LE(page->rows.size(), limit);
    EXPECT_TRUE(bytes_of(*page) <= api::page_bytes_max || page->rows.size() == 1) << bytes_of(*page);
    for (const auto& row : page->rows) w.sizes.push_back(row.size());
    if (++w.pages > 10'000) break;
    cursor = page->next;
  } while (!cursor.empty());
  return w;
}

TEST(pages, are_bounded_in_bytes_and_give_every_row_once) {
  constexpr std::size_t most = api::page_bytes_max;
  const std::vector<std::vector<std::size_t>> lists{
      {},
      {1},
      std::vector<std::size_t>(1'000, 100),
      std::vector<std::size_t>(200, 64 << 10),
      {most, 1, most, 1},
      {most + 1, most + 2, 1},
      {1, most, 1, most - 1, 1, 1},
      std::vector<std::size_t>(65, most / 64),
  };
  for (const auto& sizes : lists) {
    for (const std::size_t limit : {1u, 7u, 64u, 65u, 1'000u}) {
      numbered_list list{.sizes = sizes};
      EXPECT_EQ(walk_through(list, limit).sizes, sizes) << sizes.size() << " rows, " << limit << " a page";
    }
  }
}

TEST(pages, are_as_full_as_they_may_be) {
  numbered_list small{.sizes = std::vector<std::size_t>(1'000, 100)};
  EXPECT_EQ(walk_through(small, 1'000).pages, 1u);
  EXPECT_LE(small.calls, 5u) << "steps grow";
  numbered_list large{.sizes = std::vector<std::size_t>(200, 64 << 10)};
  EXPECT_EQ(walk_through(large, 1'000).pages, 4u) << "64 of them fill a page";
  EXPECT_LE(large.rows_max, 128u) << "never all of them in memory for a page that takes 64";
}

TEST(pages, end_where_the_list_itself_ends_early) {
  numbered_list filtered{.sizes = std::vector<std::size_t>(100, 10), .looks_at_most = 3};
  const auto page = api::bounded_page(50, "", std::ref(filtered));
  EXPECT_EQ(page->rows.size(), 3u);
  EXPECT_EQ(page->next, "3");
  EXPECT_EQ(filtered.calls, 1u) << "its bound on looking is not to be got round";
}

TEST(pages, say_what_the_list_says_of_a_cursor) {
  numbered_list list{.sizes = {1}, .broken = true};
  const auto page = api::bounded_page(50, "zzz", std::ref(list));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().what, "no cursor of this list");
}

}  // namespace
}  // namespace switchboard::net::testing
