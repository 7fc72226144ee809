// What customers say first is understood as their platforms' webhooks are.

#include "cli/first_words.hpp"

#include "net/platforms/platform.hpp"

#include <gtest/gtest.h>

#include <string>

namespace switchboard::cli {
namespace {

using domain::platform;
using net::platforms::kind;

TEST(first_words, each_platforms_is_one_message_of_that_customer_with_that_text) {
  struct row {
    platform on;
    kind by;
    std::string account;
    bool in_public;
  };
  for (const row& r :
       {row{platform::whatsapp, kind::meta, "1063", false},
        row{platform::facebook, kind::meta, "1234", false}, row{platform::facebook, kind::meta, "1234", true},
        row{platform::instagram, kind::meta, "1784", false},
        row{platform::instagram, kind::meta, "1784", true}, row{platform::x, kind::x, "1245", false},
        row{platform::x, kind::x, "1245", true},
        row{platform::linkedin, kind::linkedin, "urn:li:organization:960", true},
        row{platform::telegram, kind::telegram, "1102", false},
        row{platform::bluesky, kind::bluesky, "did:plc:globex", false},
        row{platform::bluesky, kind::bluesky, "did:plc:globex", true}}) {
    config::account_settings to;
    to.platform = r.on;
    to.platform_id = r.account;
    const domain::timestamp now{std::chrono::seconds{1'795'248'000}};
    const auto body = first_word_body(to, {.customer = "4711007",
                                           .name = "Ines \"Ina\" Weber",
                                           .text = "Guten Tag\nund „danke“",
                                           .in_public = r.in_public,
                                           .at = now});
    const auto taken = net::platforms::functions_of(r.by).normalise(body, r.account, {}, now);
    SCOPED_TRACE(body);
    EXPECT_TRUE(taken.rejected.empty());
    ASSERT_EQ(taken.events.size(), 1u);
    const auto& e = taken.events.front();
    EXPECT_EQ(e.platform, r.on);
    EXPECT_EQ(e.account_platform_id, r.account);
    EXPECT_EQ(e.customer_platform_id, customer_platform_id(r.on, "4711007"));
    EXPECT_NE(e.content.find("Guten Tag\nund „danke“"), std::string::npos) << e.content;
    EXPECT_EQ(e.thread == domain::thread_kind::dm, !r.in_public);
  }
}

}  // namespace
}  // namespace switchboard::cli
