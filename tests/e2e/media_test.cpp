// Attachments through a real engine, from a platform over real sockets: what a reader gets, what nobody gets, and what is
// left of it in the log. The platform's server is the demonstration's own: account.api_url, with server.demo.

#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/canary.hpp"
#include "tests/eventually.hpp"
#include "tests/fake_platform/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <ctime>
#include <future>
#include <mutex>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using fake_platform::fault;
using fake_platform::told;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view number = "777001";
constexpr std::string_view customer = "491701234567";
constexpr std::string_view supervisor = "acme-supervisor";

/// WhatsApp as far as media go: an id leads to an address, on this server unless it is told otherwise.
class whatsapp {
 public:
  [[nodiscard]] std::string url() const { return server_.url(); }
  void file(told t) {
    const std::lock_guard lock(mutex_);
    file_ = std::move(t);
  }
  void leads_to(std::string url) {
    const std::lock_guard lock(mutex_);
    leads_to_ = std::move(url);
  }
  /// The next file is asked for, and nothing is answered until release().
  void hold() {
    const std::lock_guard lock(mutex_);
    held_.emplace();
  }
  void wait_asked() { asked_for_.get_future().get(); }
  void release() { held_->set_value(); }
  [[nodiscard]] std::vector<std::string> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  told answer(const fake_platform::asked& a) {
    if (a.target.starts_with("/files/") && held_) {
      asked_for_.set_value();
      held_->get_future().get();
    }
    const std::lock_guard lock(mutex_);
    const auto token = a.headers.find("authorization");
    asked_.push_back(a.target + (token == a.headers.end() ? "" : " " + token->second));
    if (a.target.starts_with("/files/")) return file_;
    const auto id = a.target.substr(a.target.rfind('/') + 1);
    return {.body = "{\"url\":" + json_string(leads_to_.empty() ? url() + "/files/" + id : leads_to_) + "}"};
  }

  std::mutex mutex_;
  told file_{.body = "\x89PNG", .headers = {{"Content-Type", "image/png"}}};
  std::string leads_to_;
  std::vector<std::string> asked_;
  std::optional<std::promise<void>> held_;
  std::promise<void> asked_for_;
  fake_platform::server server_{{}, [this](const fake_platform::asked& a) { return answer(a); }};
};

class media : public testing::Test {
 protected:
  void SetUp() override { start(); }
  void start(const std::string& limits = "media_timeout = \"1s\"\n") {
    setup s;
    s.limits = "media_bytes_max = \"64KiB\"\n" + limits;
    s.more =
        "\n[[account]]\nid = \"sender\"\nbrand = \"acme\"\nsource = \"meta\"\nplatform = \"whatsapp\"\n"
        "platform_id = \"" +
        std::string(number) + "\"\naccess_token = \"secret-token\"\napi_url = \"" + platform.url() +
        "\"\n[[token]]\nvalue = \"" + std::string(supervisor) +
        "\"\nbrand = \"acme\"\nrole = \"supervisor\"\n";
    engine_.configure(s.toml(engine_.data()));
    engine_.start();
  }
  /// A customer sends a file; gives where it is to be had.
  std::string sends(const std::string& id, const std::string& name = "photo.png",
                    std::string_view by = customer, std::string_view to = number) {
    const std::string said = R"({"from":")" + std::string(by) + R"(","id":")" + id + R"(","timestamp":")" +
                             std::to_string(std::time(nullptr)) +
                             R"(","type":"document","document":{"id":"77)" + id +
                             R"(","mime_type":"image/png","filename":)" + json_string(name) + "}}";
    const std::string body =
        R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":")" +
        std::string(to) + R"("},"contacts":[{"profile":{"name":"Ada"},"wa_id":")" + std::string(by) +
        R"("}],"messages":[)" + said + "]}}]}]}";
    EXPECT_EQ(deliver(engine_, "meta", body).status, 200);
    for (const auto& c : read_list(engine_, "/v1/conversations", "conversations")) {
      const auto conversation = text_at(c, "/id").value_or("");
      for (const auto& m :
           read_list(engine_, "/v1/conversations/" + conversation + "/messages", "messages")) {
        if (text_at(m, "/platformMessageId") == id) {
          return "/v1/conversations/" + conversation + "/messages/" + text_at(m, "/id").value_or("") +
                 "/attachments/0";
        }
      }
    }
    ADD_FAILURE() << id;
    return {};
  }
  answer look(const std::string& path, std::string_view token = acme_token) {
    return get(engine_, path, token);
  }
  std::string customer_of(const std::string& path) {
    const auto conversation = get(engine_, path.substr(0, path.find("/messages")));
    return text_at(conversation.body, "/customerId").value_or("");
  }
  int erase_customer(const std::string& id) {
    http_connection c(engine_.port());
    return c.ask("DELETE", "/v1/customers/" + id, bearer(supervisor)).status;
  }
  static std::string code(const answer& a) { return text_at(a.body, "/code").value_or(""); }
  [[nodiscard]] std::string state(const std::string& path) {
    const auto messages = path.substr(0, path.find("/messages") + 9);
    const auto id = path.substr(messages.size() + 1, path.find("/attachments") - messages.size() - 1);
    for (const auto& m : read_list(engine_, messages, "messages"))
      if (text_at(m, "/id") == id) return text_at(m, "/attachments/0/state").value_or("");
    return {};
  }
  [[nodiscard]] std::string get_admin(const std::string& target) {
    http_connection c(engine_.admin_port());
    return c.ask("GET", target).body;
  }
  [[nodiscard]] std::string metric(const std::string& name) {
    const auto all = "\n" + get_admin("/metrics");
    const auto at = all.find("\n" + name + " ");
    if (at == std::string::npos) return "none";
    const auto from = at + name.size() + 2;
    return all.substr(from, all.find('\n', from) - from);
  }
  [[nodiscard]] std::string sequence() { return metric("switchboard_journal_sequence"); }
  void verify() {
    engine_.terminate();
    const auto ended = run_command({"verify", "--data-dir", engine_.data().string()}, dir_.path());
    EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  }

  whatsapp platform;
  scratch dir_;
  engine_process engine_{dir_.path()};
};

TEST_F(media, is_shown_to_who_may_read_the_message_and_to_nobody_else) {
  const auto path = sends("m1");
  EXPECT_EQ(state(path), "pending");
  const auto got = look(path);
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.body, "\x89PNG");
  EXPECT_EQ(got.header("Content-Type"), "image/png");
  EXPECT_EQ(got.header("Content-Disposition"), "inline; filename=\"photo.png\"");
  EXPECT_EQ(got.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(got.header("Content-Security-Policy"), "sandbox; default-src 'none'");
  EXPECT_THAT(got.header("Cache-Control"), HasSubstr("private"));
  EXPECT_THAT(platform.asked(),
              testing::ElementsAre("/v24.0/77m1 Bearer secret-token", "/files/77m1 Bearer secret-token"));
  const auto foreign = look(path, globex_token);
  EXPECT_EQ(foreign.status, 404);
  EXPECT_EQ(foreign.body, look("/v1/conversations/c_00000000000000000000000000-1/messages/"
                               "m_00000000000000000000000000-1-1/attachments/0",
                               globex_token)
                              .body);
  EXPECT_EQ(look(path, "").status, 401);
  EXPECT_THAT(engine_.said(), testing::Not(HasSubstr("secret-token")));
}

TEST_F(media, changes_its_state_once_and_the_stream_says_nothing) {
  const auto path = sends("m1");
  std::string cursor = "earliest";
  (void)read_log(engine_, cursor);
  const auto before = sequence();
  EXPECT_EQ(look(path).status, 200);
  EXPECT_EQ(state(path), "ready");
  const auto after = sequence();
  EXPECT_EQ(std::stoull(after), std::stoull(before) + 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(look(path).status, 200);
  platform.file({.status = 500});
  EXPECT_EQ(code(look(path)), "media-failed");
  EXPECT_EQ(state(path), "ready") << "it was there once, and may be again";
  EXPECT_EQ(sequence(), after) << "nothing is written for a fetch";
  EXPECT_THAT(read_log(engine_, cursor), IsEmpty());
  // The numbers that are shown have no gap, and the state outlives a restart.
  sends("m2");
  const auto shown = read_log(engine_, cursor);
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_EQ(text_at(shown[0], "/sequence"), "3");
  engine_.kill();
  engine_.start();
  EXPECT_EQ(state(path), "ready");
  verify();
}

TEST_F(media, that_is_gone_stays_so) {
  const auto path = sends("m1");
  for (const int status : {404, 410}) {
    const auto each = sends("gone" + std::to_string(status));
    platform.file({.status = status});
    const auto got = look(each);
    EXPECT_EQ(got.status, 410);
    EXPECT_EQ(code(got), "media-expired");
    EXPECT_EQ(state(each), "expired");
    platform.file({.body = "back"});
    const auto asked = platform.asked().size();
    EXPECT_EQ(code(look(each)), "media-expired");
    EXPECT_EQ(platform.asked().size(), asked) << "it is not asked for again";
  }
  EXPECT_EQ(state(path), "pending");
  EXPECT_EQ(metric("switchboard_media_fetches_total{outcome=\"expired\"}"), "2");
}

TEST_F(media, that_fails_may_be_asked_for_again) {
  struct failing {
    const char* name;
    told with;
    int status;
    const char* code;
  };
  const std::string large((64 << 10) + 1, 'x');
  const failing all[] = {
      {"slow", {.with = fault::hang}, 504, "media-timeout"},
      {"dripping", {.body = std::string(500, 'x'), .with = fault::drip}, 504, "media-timeout"},
      {"large", {.body = large}, 502, "media-too-large"},
      {"endless", {.body = large, .says_length = false}, 502, "media-too-large"},
      {"reset", {.with = fault::reset}, 502, "media-failed"},
      {"half", {.body = std::string(1'000, 'x'), .with = fault::half}, 502, "media-failed"},
      {"elsewhere",
       {.status = 302, .headers = {{"Location", platform.url() + "/files/other"}}},
       502,
       "media-failed"},
      {"packed", {.body = "x", .headers = {{"Content-Encoding", "gzip"}}}, 502, "media-failed"},
      {"broken", {.status = 503}, 502, "media-failed"}};
  for (const auto& f : all) {
    const auto path = sends(f.name);
    platform.file(f.with);
    const auto got = look(path);
    EXPECT_EQ(got.status, f.status) << f.name << got.body;
    EXPECT_EQ(code(got), f.code) << f.name;
    EXPECT_EQ(state(path), "failed") << f.name;
    platform.file({.body = "there", .headers = {{"Content-Type", "image/png"}}});
    EXPECT_EQ(look(path).body, "there") << f.name;
    EXPECT_EQ(state(path), "ready") << f.name;
  }
  for (const auto& target : platform.asked()) EXPECT_THAT(target, testing::Not(HasSubstr("/files/other")));
  verify();
}

TEST_F(media, never_runs) {
  struct hostile {
    const char* type;
    const char* body;
  };
  for (const auto& h :
       {hostile{"text/html", "<script>alert(1)</script>"}, hostile{"image/svg+xml", "<svg onload=alert(1)>"},
        hostile{"IMAGE/SVG+XML; charset=utf-8", "<svg onload=alert(1)>"},
        hostile{"application/xhtml+xml", "<html/>"}, hostile{"text/javascript", "alert(1)"},
        hostile{"image/png\t; x=\"text/html\", text/html", "<script>"},
        hostile{"multipart/x-mixed-replace", "x"}, hostile{"", "<html>"}}) {
    const auto path =
        sends("m" + std::to_string(reinterpret_cast<std::uintptr_t>(h.type)), "x\"; y.html\r\nX-Evil: 1");
    platform.file({.body = h.body, .headers = {{"Content-Type", h.type}}});
    const auto got = look(path);
    ASSERT_EQ(got.status, 200) << h.type;
    EXPECT_THAT(got.header("Content-Type"), AnyOf("application/octet-stream", "image/png")) << h.type;
    EXPECT_EQ(got.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(got.header("Content-Security-Policy"), "sandbox; default-src 'none'");
    EXPECT_THAT(got.header("Content-Disposition"), HasSubstr("filename=\"x_ y.html_X-Evil_ 1\"")) << h.type;
    if (got.header("Content-Type") == "application/octet-stream") {
      EXPECT_THAT(got.header("Content-Disposition"), testing::StartsWith("attachment")) << h.type;
    }
    EXPECT_EQ(got.header("X-Evil"), "");
  }
}

TEST_F(media, is_not_fetched_from_anywhere_else_nor_is_the_token_shown_there) {
  std::atomic<int> asked{0};
  fake_platform::server other({}, [&](const fake_platform::asked&) {
    ++asked;
    return told{};
  });
  const auto path = sends("m1");
  const auto port = std::to_string(other.port());
  for (const auto& url :
       {other.url() + "/x", "http://127.0.0.1:" + port + "/files/x", "http://localhost:" + port + "/",
        "https://127.0.0.1:" + port + "/", platform.url() + "@127.0.0.1:" + port + "/",
        platform.url() + "#@127.0.0.1:" + port + "/", std::string("http://169.254.169.254/latest/"),
        "http://[::ffff:7f00:1]:" + port + "/", "http://2130706433:" + port + "/",
        std::string("file:///etc/passwd")}) {
    platform.leads_to(url);
    const auto got = look(path);
    EXPECT_EQ(got.status, 409) << url;
    EXPECT_EQ(code(got), "media-host-refused") << url;
  }
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(state(path), "pending") << "nothing of it says anything of the file";
  const auto unable = sends("m2", "p.png", customer, acme_number);
  EXPECT_EQ(code(look(unable)), "account-has-no-access");
}

TEST_F(media, has_so_many_on_their_way_and_webhooks_go_on) {
  engine_.terminate();
  start("media_timeout = \"1s\"\nmedia_fetches_max = 2\n");
  const auto path = sends("m1");
  platform.file({.with = fault::hang});
  auto slow = std::async(std::launch::async, [&] { return look(path); });
  ASSERT_TRUE(eventually([&] { return metric("switchboard_media_under_way") == "1"; }));
  const auto got = look(path);
  EXPECT_EQ(got.status, 429) << "the other half is for the other brand";
  EXPECT_EQ(code(got), "media-busy");
  EXPECT_EQ(got.header("Retry-After"), "1");
  sends("m2");
  EXPECT_EQ(slow.get().status, 504);
  ASSERT_TRUE(eventually([&] { return metric("switchboard_media_under_way") == "0"; }));
}

TEST_F(media, that_was_on_its_way_is_not_shown_of_who_is_erased) {
  engine_.terminate();
  start("media_timeout = \"60s\"\n");
  const auto path = sends("m1");
  EXPECT_EQ(look(path).status, 200);
  platform.hold();
  auto slow = std::async(std::launch::async, [&] { return look(path); });
  platform.wait_asked();
  EXPECT_EQ(erase_customer(customer_of(path)), 202);
  platform.release();
  EXPECT_EQ(slow.get().status, 404);
}

TEST_F(media, goes_with_its_customer) {
  const auto name = canary(77);
  const auto path = sends("m1", name + ".png");
  EXPECT_EQ(look(path).status, 200);
  EXPECT_FALSE(sightings(engine_.data(), {name}).empty()) << "nothing to look for";
  const auto who = customer_of(path);
  EXPECT_EQ(erase_customer(who), 202);
  EXPECT_EQ(look(path).status, 404);
  ASSERT_TRUE(eventually([&] { return erase_customer(who) == 204; }));
  EXPECT_THAT(sightings(engine_.data(), {name}), IsEmpty());
  verify();
  EXPECT_THAT(sightings(engine_.data(), {name}), IsEmpty());
}

}  // namespace
}  // namespace switchboard::e2e
