// What one attempt takes of a platform's quotas, whichever kind of thread it is for: none may go out uncounted.

#include "net/outbound.hpp"

#include "net/platforms/outgoing_json.hpp"

#include <gtest/gtest.h>

namespace switchboard::net {
namespace {

using domain::platform;
using domain::thread_kind;

actors::reply reply_on(platform p, thread_kind kind) {
  actors::reply r;
  r.conversation.platform = p;
  r.conversation.kind = kind;
  r.conversation.thread_key = "491701234567";
  r.conversation.customer_platform_id = p == platform::bluesky ? "did:plc:a" : "491701234567";
  r.message.content = "on its way";
  r.message.direction = domain::direction::outbound;
  return r;
}

TEST(outbound, every_attempt_is_counted) {
  outbound o{client::options{}};
  const std::pair<platform, thread_kind> threads[] = {
      {platform::facebook, thread_kind::dm},     {platform::instagram, thread_kind::dm},
      {platform::whatsapp, thread_kind::dm},     {platform::x, thread_kind::dm},
      {platform::x, thread_kind::mention},       {platform::x, thread_kind::comment},
      {platform::telegram, thread_kind::dm},     {platform::bluesky, thread_kind::dm},
      {platform::bluesky, thread_kind::comment}, {platform::bluesky, thread_kind::mention}};
  for (const auto& [p, kind] : threads) {
    const auto draws = o.draws(reply_on(p, kind));
    EXPECT_FALSE(draws.empty()) << to_word(p) << " " << to_word(kind);
    for (const auto& d : draws) {
      ASSERT_LT(d.quota, o.quotas(p).size());
      EXPECT_GE(d.units, 1u);
    }
  }
}

}  // namespace
}  // namespace switchboard::net
