#include "storage/hash.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace switchboard::storage {
namespace {

using domain::thread_kind;

TEST(hash, parts_do_not_run_together) {
  EXPECT_NE(thread_hash(1, "ab", thread_kind::dm, "c"), thread_hash(1, "a", thread_kind::dm, "bc"));
  EXPECT_NE(customer_hash(1, "ab", "c"), customer_hash(1, "a", "bc"));
  EXPECT_NE(fingerprint(1, "ab", "c", ""), fingerprint(1, "a", "bc", ""));
  EXPECT_NE(fingerprint(1, "a", "b", ""), fingerprint(1, "a", "", "b"));
  EXPECT_NE(dead_letter_hash(1, "ab", "c", "d"), dead_letter_hash(1, "a", "bc", "d"));
  const std::string with_zero("a\0b", 3);
  EXPECT_NE(customer_hash(1, with_zero, "c"), customer_hash(1, "a", "c"));
}

TEST(hash, every_part_and_the_seed_count) {
  const auto base = thread_hash(1, "page", thread_kind::dm, "user");
  EXPECT_EQ(base, thread_hash(1, "page", thread_kind::dm, "user"));
  EXPECT_NE(base, thread_hash(2, "page", thread_kind::dm, "user"));
  EXPECT_NE(base, thread_hash(1, "pagf", thread_kind::dm, "user"));
  EXPECT_NE(base, thread_hash(1, "page", thread_kind::comment, "user"));
  EXPECT_NE(base, thread_hash(1, "page", thread_kind::dm, "uses"));
  EXPECT_NE(fingerprint(1, "message", "m1", ""), fingerprint(2, "message", "m1", ""));
  EXPECT_NE(customer_hash(1, "page", "user"), customer_hash(2, "page", "user"));
  EXPECT_NE(dead_letter_hash(1, "s", "d", "r"), dead_letter_hash(2, "s", "d", "r"));
}

TEST(hash, parts_longer_than_the_stack_buffer_hash_like_any_other) {
  std::set<std::uint64_t> seen;
  for (std::size_t size = 480; size < 540; ++size)
    seen.insert(fingerprint(3, "k", std::string(size, 'x'), "v"));
  EXPECT_EQ(seen.size(), 60u);
  EXPECT_EQ(fingerprint(3, "k", std::string(5000, 'x'), "v"),
            fingerprint(3, "k", std::string(5000, 'x'), "v"));
}

TEST(hash, ids_have_their_prefix_and_width) {
  const std::string customer = customer_hash(1, "page", "user").value;
  EXPECT_EQ(customer.substr(0, 3), "cu_");
  EXPECT_EQ(customer.size(), 29u);
  EXPECT_TRUE(domain::parse_base32(std::string_view(customer).substr(3)).has_value());
  EXPECT_EQ(dead_letter_hash(1, "s", "d", "r").value.substr(0, 3), "dl_");
}

TEST(hash, partitions_are_even_and_in_range) {
  constexpr std::uint16_t partitions = 64;
  constexpr int threads = 64'000;
  std::vector<int> count(partitions);
  for (int i = 0; i < threads; ++i) {
    const std::uint16_t p =
        partition_of(thread_hash(9, "page", thread_kind::dm, std::to_string(i)), partitions);
    ASSERT_LT(p, partitions);
    ++count[p];
  }
  for (int c : count) {
    EXPECT_GT(c, threads / partitions * 8 / 10);
    EXPECT_LT(c, threads / partitions * 12 / 10);
  }
  EXPECT_EQ(partition_of({.high = 1, .low = 2}, 1), 0);
}

// These values are on disk in every data directory: another result is another format. The first is xxHash's
// own test vector, the partitions were computed by a second implementation of XXH64.
TEST(hash, values_are_stable) {
  EXPECT_EQ(checksum(""), 0x2d06800538d394c2u);
  EXPECT_EQ(partition_of({}, 65535), 14454);
  EXPECT_EQ(partition_of({.high = 0x0123'4567'89ab'cdef, .low = 0xfedc'ba98'7654'3210}, 64), 63);
  EXPECT_EQ(fingerprint(42, "message", "wamid.1", ""), 0x1714'dda5'1091'd6dfu);
  EXPECT_EQ(thread_hash(42, "acme", thread_kind::comment, "k"),
            (domain::thread_id{.high = 0x4121'fc99'cdb5'60c5, .low = 0xcaa9'be5d'7f1c'299a}));
}

}  // namespace
}  // namespace switchboard::storage
