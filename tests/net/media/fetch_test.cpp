// What is fetched, from a host that behaves as hosts do: over TLS, under the names that the platforms' hosts have.

#include "canary.hpp"
#include "net/media.hpp"
#include "tests/e2e/certificate.hpp"
#include "tests/e2e/scratch.hpp"
#include "tests/fake_platform/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <vector>

namespace switchboard::net {
namespace {

using namespace std::chrono_literals;
using domain::platform;
using fake_platform::fault;
using fake_platform::told;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t bytes_max = 200'000;

/// One host, and what it was asked.
class host {
 public:
  explicit host(const e2e::scratch& dir)
      : server_({.certificate_file = dir.path() / "cert", .key_file = dir.path() / "key"},
                [this](const fake_platform::asked& a) {
                  const std::lock_guard lock(mutex_);
                  const auto token = a.headers.find("authorization");
                  asked_.push_back(a.target + (token == a.headers.end() ? "" : " with " + token->second));
                  return answer;
                }) {}
  told answer{.body = "bytes", .headers = {{"Content-Type", "image/png"}}};
  [[nodiscard]] std::vector<std::string> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  [[nodiscard]] std::string place() const { return "127.0.0.1:" + std::to_string(server_.port()); }

 private:
  std::mutex mutex_;
  std::vector<std::string> asked_;
  fake_platform::server server_;
};

class media_fetch : public ::testing::Test {
 protected:
  void SetUp() override {
    e2e::write_certificate(dir_.path() / "cert", dir_.path() / "key",
                           "DNS:a.fbcdn.net,DNS:graph.facebook.com,DNS:lookaside.fbsbx.com,DNS:ton.x.com");
    for (const auto* brand : {"acme", "beta"})
      settings_->brands.push_back({.id = {brand}, .name = brand, .conversations = {}});
    for (const auto p : {platform::facebook, platform::whatsapp}) {
      config::account_settings a;
      a.id = {std::string(to_word(p))};
      a.brand = {"acme"};
      a.platform = p;
      a.access_token = "secret";
      settings_->accounts.push_back(std::move(a));
    }
    settings_->limits.media_bytes_max = bytes_max;
    settings_->limits.media_timeout = 10s;
    settings_->index();
  }
  void lead(std::string name, const host& to) { leads_.emplace_back(std::move(name), to.place()); }
  media& proxy() {
    if (!media_) {
      media_.emplace(media::options{.client = {.ca_file = ca_},
                                    .may_reach = [](std::span<const std::uint8_t>) { return true; },
                                    .leads_to =
                                        [this](std::string_view name) {
                                          for (const auto& [known, place] : leads_)
                                            if (known == name) return place;
                                          ADD_FAILURE() << name;
                                          return std::string("127.0.0.1:1");
                                        }});
    }
    return *media_;
  }
  std::future<media_result> begin(platform p, const std::string& url, const std::string& id = {},
                                  const std::string& brand = "acme") {
    auto got = std::make_shared<std::promise<media_result>>();
    domain::attachment a;
    a.type = "image";
    a.url = url;
    a.platform_media_id = id;
    proxy().fetch({.settings = settings_,
                   .brand = brand,
                   .account = {std::string(to_word(p))},
                   .platform = p,
                   .what = a},
                  [got](media_result&& r) { got->set_value(std::move(r)); });
    return got->get_future();
  }
  media_result fetch(const std::string& url = "https://a.fbcdn.net/v/1.png?oh=2") {
    return begin(platform::facebook, url).get();
  }
  [[nodiscard]] std::uint64_t counted(media_outcome o) {
    return proxy().counters().fetches.at(static_cast<std::size_t>(o));
  }

  e2e::scratch dir_;
  std::string ca_ = dir_.path() / "cert";
  std::shared_ptr<config::settings> settings_ = std::make_shared<config::settings>();
  std::vector<std::pair<std::string, std::string>> leads_;
  std::optional<media> media_;
};

TEST_F(media_fetch, gives_the_bytes_and_what_they_are_called) {
  host h(dir_);
  lead("a.fbcdn.net", h);
  const auto r = fetch();
  EXPECT_EQ(r.outcome, media_outcome::ready) << r.detail;
  EXPECT_EQ(r.body, "bytes");
  EXPECT_EQ(r.type, "image/png");
  EXPECT_EQ(r.name, "1.png");
  EXPECT_THAT(h.asked(), ElementsAre("/v/1.png?oh=2")) << "without the token";
  EXPECT_EQ(counted(media_outcome::ready), 1u);
  EXPECT_EQ(proxy().counters().bytes, 5u);
}

TEST_F(media_fetch, signs_for_media_of_direct_messages_of_x) {
  config::account_settings a;
  a.id = {"x"};
  a.brand = {"acme"};
  a.source = {"sx"};
  a.platform = platform::x;
  a.access_token = "bearer-token";
  settings_->accounts.push_back(a);
  config::source_settings s;
  s.id = {"sx"};
  s.kind = config::source_kind::x;
  s.secrets = {"cs"};
  s.consumer_key = "ck";
  settings_->sources.push_back(std::move(s));
  settings_->index();
  host ton(dir_);
  lead("ton.x.com", ton);
  const std::string url = "https://ton.x.com/1.1/ton/data/dm/1/2/3.jpg";
  EXPECT_EQ(begin(platform::x, url).get().outcome, media_outcome::ready);
  EXPECT_THAT(ton.asked().back(), HasSubstr(" with Bearer bearer-token"));
  settings_->accounts.back().oauth1_token = "tk";
  settings_->accounts.back().oauth1_token_secret = "ts";
  for (int i = 0; i < 2; ++i) EXPECT_EQ(begin(platform::x, url).get().outcome, media_outcome::ready);
  const auto asked = ton.asked();
  EXPECT_NE(asked[1], asked[2]) << "no nonce is used twice";
  const auto value = [&](std::string_view name) {
    const auto at = asked[1].find(std::string(name) + "=\"") + name.size() + 2;
    return asked[1].substr(at, asked[1].find('"', at) - at);
  };
  EXPECT_THAT(asked[1], HasSubstr(" with OAuth oauth_consumer_key=\"ck\", "));
  EXPECT_THAT(asked[1], ::testing::Not(HasSubstr("bearer-token")));
  // What it says of itself is what it signed.
  const platforms::oauth1_keys keys{
      .consumer_key = "ck", .consumer_secret = "cs", .token = "tk", .token_secret = "ts"};
  const domain::timestamp at{std::chrono::seconds{std::stoll(value("oauth_timestamp"))}};
  EXPECT_EQ(asked[1].substr(asked[1].find("OAuth ")),
            platforms::oauth1_header("GET", url, keys, value("oauth_nonce"), at));
}

TEST_F(media_fetch, shows_the_token_to_the_platforms_api_and_media_host_and_to_nobody_else) {
  host graph(dir_), lookaside(dir_), cdn(dir_);
  lead("graph.facebook.com", graph);
  lead("lookaside.fbsbx.com", lookaside);
  lead("a.fbcdn.net", cdn);
  graph.answer = {.body = R"({"url":"https://lookaside.fbsbx.com/w?1"})"};
  EXPECT_EQ(begin(platform::whatsapp, "", "77").get().outcome, media_outcome::ready);
  EXPECT_THAT(graph.asked(), ElementsAre("/v24.0/77 with Bearer secret"));
  EXPECT_THAT(lookaside.asked(), ElementsAre("/w?1 with Bearer secret"));
  graph.answer = {.body = R"({"url":"https://a.fbcdn.net/x"})"};
  EXPECT_EQ(begin(platform::whatsapp, "", "77").get().outcome, media_outcome::ready);
  EXPECT_THAT(cdn.asked(), ElementsAre("/x"));
}

TEST_F(media_fetch, follows_no_redirect) {
  host h(dir_);
  testing::canary_server canary;
  lead("a.fbcdn.net", h);
  for (const int status : {301, 302, 303, 307, 308}) {
    h.answer = {.status = status,
                .headers = {{"Location", "http://127.0.0.1:" + std::to_string(canary.port()) + "/"},
                            {"Refresh", "0; url=http://127.0.0.1:" + std::to_string(canary.port()) + "/"}}};
    const auto r = fetch();
    EXPECT_EQ(r.outcome, media_outcome::failed);
    EXPECT_THAT(r.detail, HasSubstr("redirect"));
  }
  EXPECT_EQ(canary.connects(), 0);
}

TEST_F(media_fetch, takes_so_many_bytes_and_no_more) {
  host h(dir_);
  lead("a.fbcdn.net", h);
  for (const bool says_length : {true, false}) {
    h.answer = {.body = std::string(bytes_max, 'x'), .says_length = says_length};
    EXPECT_EQ(fetch().body.size(), bytes_max) << says_length;
    h.answer.body += 'x';
    EXPECT_EQ(fetch().outcome, media_outcome::too_large) << says_length;
  }
  // A small file that grows when it is unpacked is not unpacked.
  h.answer = {.body = "x", .headers = {{"Content-Encoding", "gzip"}}};
  EXPECT_EQ(fetch().outcome, media_outcome::failed);
}

TEST_F(media_fetch, waits_so_long_and_no_longer) {
  host h(dir_);
  lead("a.fbcdn.net", h);
  settings_->limits.media_timeout = 400ms;
  for (const auto slow : {fault::hang, fault::drip}) {
    h.answer = {.body = std::string(1'000, 'x'), .with = slow};
    EXPECT_EQ(fetch().outcome, media_outcome::too_slow);
  }
}

TEST_F(media_fetch, has_one_time_for_all_of_its_calls) {
  host graph(dir_), lookaside(dir_);
  lead("graph.facebook.com", graph);
  lead("lookaside.fbsbx.com", lookaside);
  // The first call is dripped: about 1.2 s of the 1.5 s, so that the second, which would be as long again, can't end.
  graph.answer = {.body = R"({"url":"https://lookaside.fbsbx.com/w"})", .with = fault::drip};
  lookaside.answer = {.body = std::string(40, 'x'), .with = fault::drip};
  settings_->limits.media_timeout = 1'500ms;
  EXPECT_EQ(begin(platform::whatsapp, "", "77").get().outcome, media_outcome::too_slow);
}

TEST_F(media_fetch, fails_where_the_answer_is_not_whole) {
  host h(dir_);
  lead("a.fbcdn.net", h);
  for (const auto broken : {fault::reset, fault::half}) {
    h.answer = {.body = std::string(1'000, 'x'), .with = broken};
    const auto r = fetch();
    EXPECT_EQ(r.outcome, media_outcome::failed);
    EXPECT_THAT(r.body, IsEmpty());
  }
  for (const int status : {404, 410}) {
    h.answer = {.status = status};
    EXPECT_EQ(fetch().outcome, media_outcome::expired);
  }
}

TEST_F(media_fetch, believes_nobody_without_the_right_certificate) {
  host h(dir_);
  lead("a.fbcdn.net", h);
  lead("b.fbcdn.net", h);
  EXPECT_EQ(fetch("https://b.fbcdn.net/1.png").outcome, media_outcome::failed) << "it is another's";
  media_.reset();
  ca_.clear();
  EXPECT_EQ(fetch().outcome, media_outcome::failed) << "nobody vouches for it";
  EXPECT_THAT(h.asked(), IsEmpty());
}

TEST_F(media_fetch, has_so_many_on_their_way_in_all_and_of_a_brand) {
  host h(dir_);
  lead("a.fbcdn.net", h);
  settings_->limits.media_fetches_max = 4;
  settings_->limits.brand_share_percent = 50;
  const std::string url = "https://a.fbcdn.net/1.png";
  std::vector<media_result> kept;
  for (int n = 0; n < 2; ++n) kept.push_back(fetch(url));
  EXPECT_EQ(fetch(url).outcome, media_outcome::over_share) << "the bytes of two are still being read";
  const auto of_beta = [&] { return begin(platform::facebook, url, {}, "beta").get(); };
  kept.push_back(of_beta());
  kept.push_back(of_beta());
  EXPECT_EQ(kept.back().outcome, media_outcome::ready);
  EXPECT_EQ(of_beta().outcome, media_outcome::full);
  EXPECT_EQ(proxy().counters().under_way, 4u);
  kept.clear();
  EXPECT_EQ(proxy().counters().under_way, 0u);
  EXPECT_EQ(fetch(url).outcome, media_outcome::ready);
  settings_->brands.resize(1);
  for (int n = 0; n < 4; ++n) kept.push_back(fetch(url));
  EXPECT_EQ(kept.back().outcome, media_outcome::ready) << "who is alone may have all";
}

TEST_F(media_fetch, ends_with_an_answer_when_the_node_does) {
  host h(dir_);
  lead("a.fbcdn.net", h);
  h.answer = {.with = fault::hang};
  auto waiting = begin(platform::facebook, "https://a.fbcdn.net/1.png");
  while (h.asked().empty()) std::this_thread::yield();
  proxy().stop();
  EXPECT_EQ(waiting.get().outcome, media_outcome::failed);
  EXPECT_EQ(fetch().outcome, media_outcome::failed);
  EXPECT_EQ(proxy().counters().under_way, 0u);
}

}  // namespace
}  // namespace switchboard::net
