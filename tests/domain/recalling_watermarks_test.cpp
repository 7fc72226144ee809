// What a receipt for everything up to a time covers, and whose thread it may be about.
#include "tests/domain/plain_past.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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
