#include "domain/account_health.hpp"

#include <gtest/gtest.h>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;

const timestamp t0{1000s};
const health_observation found{.brand = {"acme"}, .account = {"wa"}, .platform = platform::whatsapp};

health_observation with(auto state, std::string detail = {}) {
  auto o = found;
  if constexpr (std::is_same_v<decltype(state), access_state>) o.access = state;
  if constexpr (std::is_same_v<decltype(state), subscription_state>) o.subscription = state;
  if constexpr (std::is_same_v<decltype(state), handshake_state>) o.handshake = state;
  o.detail = std::move(detail);
  return o;
}

TEST(account_health, is_told_where_it_changes_and_only_there) {
  const auto dead = observe({}, with(access_state::refused, "190"), t0);
  ASSERT_TRUE(dead);
  EXPECT_EQ(dead->account.value, "wa");
  EXPECT_EQ(dead->detail, "190");
  EXPECT_EQ(dead->since, t0);
  EXPECT_FALSE(dead->is_well());
  EXPECT_EQ(observe(dead, with(access_state::refused, "again"), t0 + 1h), std::nullopt);
  const auto lapsed = observe(dead, with(subscription_state::lapsed), t0 + 1h);
  ASSERT_TRUE(lapsed);
  EXPECT_EQ(lapsed->access, access_state::refused) << "what is not spoken of stays";
  const auto mended = observe(lapsed, with(access_state::good), t0 + 2h);
  ASSERT_TRUE(mended);
  EXPECT_FALSE(mended->is_well()) << "it is still not subscribed";
  EXPECT_TRUE(observe(mended, with(subscription_state::live), t0 + 3h)->is_well());
}

TEST(account_health, is_good_again_only_by_the_word_of_who_found_it_refused) {
  const auto refused = observe({}, with(access_state::refused), t0);
  auto subscribed = with(access_state::good);
  subscribed.used_for = access_use::subscription;
  EXPECT_EQ(observe(refused, subscribed, t0 + 1h), std::nullopt) << "the token reads, and still may not send";
  subscribed.subscription = subscription_state::live;
  EXPECT_EQ(observe(refused, subscribed, t0 + 1h)->access, access_state::refused);
  EXPECT_EQ(observe(refused, with(access_state::good), t0 + 1h)->access, access_state::good);
}

health_observation revoked(timestamp at) {
  auto o = found;
  o.revoked_at = at;
  o.detail = "revoked";
  return o;
}

TEST(account_health, loses_all_rights_when_its_owner_takes_them) {
  const auto live = observe(observe({}, with(access_state::good), t0), with(subscription_state::live), t0);
  const auto gone = observe(live, revoked(t0 + 1h), t0 + 2h);
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->access, access_state::refused);
  EXPECT_EQ(gone->refused_for, access_use::everything);
  EXPECT_EQ(gone->subscription, subscription_state::lapsed);
  EXPECT_EQ(gone->revoked_at, t0 + 1h);
  EXPECT_EQ(gone->since, t0 + 2h);
  EXPECT_FALSE(gone->is_well());
  // Whoever may do something again has seen that the rights are back; of the subscription only who asks for it has.
  for (const auto use : {access_use::sending, access_use::subscription}) {
    auto again = with(access_state::good);
    again.used_for = use;
    const auto back = observe(gone, again, t0 + 3h);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->access, access_state::good);
    EXPECT_EQ(back->subscription, subscription_state::unknown);
    EXPECT_TRUE(back->is_well());
    again.subscription = subscription_state::live;
    EXPECT_EQ(observe(gone, again, t0 + 3h)->subscription, subscription_state::live);
  }
}

TEST(account_health, is_not_revoked_again_by_a_revocation_that_comes_again) {
  const auto gone = observe({}, revoked(t0), t0 + 1s);
  EXPECT_EQ(observe(gone, revoked(t0), t0 + 1h), std::nullopt);
  const auto back = observe(gone, with(access_state::good), t0 + 2h);
  EXPECT_EQ(observe(back, revoked(t0), t0 + 3h), std::nullopt) << "a redelivery speaks of what is mended";
  EXPECT_EQ(observe(back, revoked(t0 - 1h), t0 + 3h), std::nullopt) << "so does one that was overtaken";
  EXPECT_EQ(observe(back, revoked(t0 + 3h), t0 + 3h)->access, access_state::refused);
}

TEST(account_health, tells_what_is_wrong_with_a_subscription_that_stands) {
  auto live = with(subscription_state::live);
  live.subscription_note = "fields are missing: feed";
  const auto partly = observe({}, live, t0);
  ASSERT_TRUE(partly);
  EXPECT_TRUE(partly->is_well());
  EXPECT_EQ(observe(partly, live, t0 + 1h), std::nullopt);
  live.subscription_note = "";
  const auto whole = observe(partly, live, t0 + 1h);
  ASSERT_TRUE(whole);
  EXPECT_TRUE(whole->subscription_note.empty());
  EXPECT_FALSE(observe(whole, with(subscription_state::failing), t0 + 2h)->is_well());
}

TEST(account_health, tells_of_each_gap_once) {
  auto gap = found;
  gap.gap = feed_gap{"jetstream", t0, t0 + 1h};
  const auto told = observe({}, gap, t0 + 2h);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->gap, gap.gap);
  EXPECT_TRUE(told->is_well()) << "it is over";
  EXPECT_EQ(observe(told, gap, t0 + 3h), std::nullopt);
  gap.gap->to = t0 + 2h;
  EXPECT_TRUE(observe(told, gap, t0 + 3h));
}

TEST(account_health, begins_with_nothing_known) {
  EXPECT_EQ(observe({}, found, t0), std::nullopt);
  EXPECT_EQ(observe({}, with(access_state::unknown), t0), std::nullopt);
  EXPECT_TRUE(account_health{}.is_well());
}

TEST(account_health, misses_a_handshake_only_after_the_longest_time_between_two) {
  struct row {
    std::optional<timestamp> last;
    timestamp since, now;
    handshake_state is;
  };
  const row rows[] = {
      {{}, t0, t0 + 2h, handshake_state::unknown},          {{}, t0, t0 + 3h, handshake_state::unknown},
      {{}, t0, t0 + 3h + 1s, handshake_state::missed},      {t0 + 1h, t0, t0 + 4h, handshake_state::kept},
      {t0 + 1h, t0, t0 + 4h + 1s, handshake_state::missed}, {t0 - 10h, t0, t0, handshake_state::missed},
  };
  for (const auto& r : rows) EXPECT_EQ(handshake_of(r.last, r.since, r.now, 3h), r.is);
}

}  // namespace
}  // namespace switchboard::domain
