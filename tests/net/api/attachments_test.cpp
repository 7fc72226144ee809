// The route of attachments: who may ask, for what, and what is answered without a fetch. The bytes themselves, over real
// sockets: tests/e2e/media_test.cpp.

#include "net/api/handlers.hpp"
#include "parts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::net::testing {
namespace {

using ::testing::IsEmpty;

/// A problem's code.
std::string code_in(std::string_view problem) {
  constexpr std::string_view member = "\"code\":\"";
  const auto at = problem.find(member);
  if (at == std::string_view::npos) return {};
  problem.remove_prefix(at + member.size());
  return std::string(problem.substr(0, problem.find('"')));
}

class attachments : public ::testing::Test {
 protected:
  void SetUp() override { put("acme", "https://cdn.example/1.jpg"); }
  void put(const std::string& brand, const std::string& url,
           domain::media_state state = domain::media_state::pending) {
    auto e = message_event(brand);
    e.message->attachments.clear();
    auto& a = e.message->attachments.emplace_back();
    a.type = "image";
    a.url = url;
    a.state = state;
    p.engine.rows.conversations_by_id[{brand, conversation_of(brand)}] = "{}";
    p.engine.rows.threads[brand] = *e.conversation;
    p.engine.rows.messages[{brand, domain::to_text(e.message->id)}] = *e.message;
  }
  [[nodiscard]] static std::string message_of(const std::string& brand) {
    return domain::to_text(message_event(brand).message->id);
  }
  [[nodiscard]] static std::string path(const std::string& brand, const std::string& index = "0") {
    return "/v1/conversations/" + conversation_of(brand) + "/messages/" + message_of(brand) +
           "/attachments/" + index;
  }
  [[nodiscard]] std::string code_of(const std::string& target, std::string_view token = "acme-reader") {
    const auto x = p.get(target, token);
    status = x->status();
    return code_in(x->answer().body);
  }

  parts p;
  int status = 0;
};

TEST_F(attachments, are_there_for_who_may_read_the_message) {
  for (const auto* token : {"acme-reader", "acme-agent", "acme-admin", "*-reader"}) {
    EXPECT_EQ(code_of(path("acme"), token), "media-host-refused") << token;
    EXPECT_EQ(status, 409);
  }
  for (const auto* token : {"beta-reader", "beta-admin"}) {
    EXPECT_EQ(code_of(path("acme"), token), "not-found") << token;
    EXPECT_EQ(status, 404);
  }
  (void)code_of(path("acme"), "");
  EXPECT_EQ(status, 401);
  EXPECT_EQ(p.ctx.media->counters().under_way, 0u);
}

TEST_F(attachments, are_named_by_conversation_message_and_number) {
  put("beta", "https://cdn.example/2.jpg");
  const auto at = [](const std::string& c, const std::string& m, const std::string& i) {
    return "/v1/conversations/" + c + "/messages/" + m + "/attachments/" + i;
  };
  const auto c = conversation_of("acme");
  const auto m = message_of("acme");
  for (const auto& target :
       {path("acme", "1"), path("acme", "-1"), path("acme", "+0"), path("acme", "0x0"), path("acme", "00x"),
        path("acme", "18446744073709551616"), path("acme", "a"), at(c, m + "0", "0"), at(c, "m_x", "0"),
        at(c, c, "0"), at(m, m, "0"), at(conversation_of("beta"), m, "0"), at(c, message_of("beta"), "0"),
        at("c_00000000000000000000000000-1", m, "0")}) {
    EXPECT_EQ(code_of(target, "*-admin"), "not-found") << target;
    EXPECT_EQ(status, 404) << target;
  }
  EXPECT_EQ(code_of(path("acme") + "?x=1"), "bad-request");
}

TEST_F(attachments, that_are_gone_are_not_asked_for_again) {
  put("acme", "https://a.fbcdn.net/1.jpg", domain::media_state::expired);
  EXPECT_EQ(code_of(path("acme")), "media-expired");
  EXPECT_EQ(status, 410);
  for (const auto& n : p.ctx.media->counters().fetches) EXPECT_EQ(n, 0u);
  EXPECT_THAT(p.engine.executed, IsEmpty());
}

TEST_F(attachments, that_cannot_be_had_say_why) {
  put("acme", "");
  EXPECT_EQ(code_of(path("acme")), "no-media");
  EXPECT_EQ(status, 404);
  p.engine.rows.threads["acme"].account = {"of-old"};
  EXPECT_EQ(code_of(path("acme")), "account-has-no-access");
  EXPECT_EQ(status, 409);
  EXPECT_THAT(p.engine.executed, IsEmpty()) << "none of it says anything of the attachment";
}

TEST_F(attachments, are_refused_for_a_while_where_too_many_are_on_their_way) {
  p.settings->limits.media_fetches_max = 0;
  const auto x = p.get(path("acme"), "acme-reader");
  EXPECT_EQ(x->status(), 503);
  EXPECT_EQ(code_in(x->answer().body), "media-busy");
  EXPECT_EQ(x->header("Retry-After"), "1");
  p.engine.reads_full = true;
  EXPECT_EQ(code_of(path("acme")), "too-many-reads");
}

}  // namespace
}  // namespace switchboard::net::testing
