// Personal data and secrets through every path that says something, and none of it in what is said to whom it is not
// for: the log, the admin listener's figures, and the answers that refuse.

#include "tests/e2e/json_text.hpp"
#include "tests/e2e/scratch.hpp"
#include "tests/e2e/setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

namespace switchboard::attacks {
namespace {

using namespace e2e;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// What customers, platforms and operators gave. Texts that a caller sends itself, and may be told again, are others.
const std::vector<std::string> canaries = {
    "canary-phone",  "canary-name",          "canary-id",     "canary-text",     "canary-emoji",
    "canary-broken", "canary-number",        "canary-token",  "canary-value",    "canary-digest",
    "demo-secret",   "demo-telegram-secret", "demo-verify",   "demo-admin",      "acme-reader",
    "globex-reader", "acme-agent",           "canary-verify", "canary-challenge"};

struct told {
  std::string log, figures, refusals;

  [[nodiscard]] std::vector<std::string> sightings() const {
    std::vector<std::string> seen;
    const auto look = [&](const char* where, const std::string& text) {
      for (const auto& c : canaries) {
        if (text.find(c) != std::string::npos) seen.push_back(std::string(where) + ": " + c);
      }
    };
    look("log", log);
    look("figures", figures);
    look("refusals", refusals);
    return seen;
  }
};

class telling {
 public:
  explicit telling(const std::string& program) : engine_(place_.path(), program) {
    setup s = usual();
    engine_.configure(s.toml(engine_.data()));
    engine_.start();
  }

  told all() {
    deliver_what_is_personal();
    refuse_webhooks();
    refuse_requests();
    refuse_a_config();
    http_connection admin(engine_.admin_port());
    for (const char* path : {"/metrics", "/status", "/livez", "/readyz", "/nowhere", "/reload"})
      told_.figures += admin.ask("GET", path).body + "\n";
    told_.figures += admin.ask("POST", "/reload").body;
    admin.close();
    EXPECT_EQ(engine_.terminate().code, 0);
    told_.log = engine_.said();
    return told_;
  }

 private:
  static setup usual() {
    setup s;
    s.more = "\n[[token]]\nvalue = \"canary-token-0123456789\"\nbrand = \"acme\"\nrole = \"admin\"\n";
    return s;
  }
  void refused(const answer& a, int status) {
    EXPECT_EQ(a.status, status) << a.body;
    told_.refusals += a.head + a.body + "\n";
  }

  void deliver_what_is_personal() {
    auto body = whatsapp_text(acme_number, "canary-phone", "wamid.canary-id", "canary-text");
    const auto name = body.find("Customer canary-phone");
    body.replace(name, 8, "canary-name");
    EXPECT_EQ(deliver(engine_, "meta", body).status, 200);
    EXPECT_EQ(deliver(engine_, "meta", body).status, 200) << "again";
    EXPECT_EQ(deliver(engine_, "meta", "{\"canary-broken\":").status, 200) << "a dead letter";
    EXPECT_EQ(
        deliver(engine_, "telegram", "{\"update_id\":1,\"canary-broken\":{\"x\":\"canary-text\"}}").status,
        200);
    EXPECT_EQ(
        deliver(engine_, "meta", whatsapp_text("canary-number", "canary-phone", "x", "canary-text")).status,
        200);
    http_connection c(engine_.port());
    const auto letters = read_list(engine_, "/v1/dead-letters", "deadLetters");
    EXPECT_FALSE(letters.empty());
    for (const auto& each : letters) {
      const auto path = "/v1/dead-letters/" + text_at(each, "/id").value_or("") + "/replay";
      EXPECT_EQ(c.ask("POST", path, e2e::bearer(admin_token)).status, 200);
    }
    for (const auto& each : read_list(engine_, "/v1/conversations", "conversations")) {
      const auto path = "/v1/conversations/" + text_at(each, "/id").value_or("");
      // Whose it is not, or who says not who it is, is told nothing of it.
      refused(c.ask("GET", path, e2e::bearer(globex_token)), 404);
      refused(c.ask("GET", path + "/messages", e2e::bearer(globex_token)), 404);
      refused(c.ask("GET", path), 401);
      refused(c.ask("PATCH", path, e2e::bearer(acme_token), "{\"status\":\"resolved\"}"), 403);
      refused(c.ask("PATCH", path, e2e::bearer(admin_token), "{\"status\":"), 400);
    }
  }

  void refuse_webhooks() {
    http_connection c(engine_.port());
    const auto body = whatsapp_text(acme_number, "canary-phone", "wamid.canary-id", "canary-text");
    const auto wrong = signed_headers("meta", body + " ");
    refused(c.ask("POST", "/webhooks/meta", wrong, body), 401);
    refused(c.ask("POST", "/webhooks/telegram", wrong, body), 401);
    refused(c.ask("POST", "/webhooks/canary-source", wrong, body), 404);
    refused(c.ask("GET",
                  "/webhooks/"
                  "meta?hub.mode=subscribe&hub.verify_token=canary-verify&hub.challenge=canary-challenge"),
            403);
    refused(
        c.ask(
            "GET",
            "/webhooks/meta?hub.mode=subscribe&hub.verify_token=demo-verify&hub.challenge=canary-challenge<"),
        400);
  }

  void refuse_requests() {
    http_connection c(engine_.port());
    refused(c.ask("GET", "/v1/conversations", e2e::bearer("canary-token-that-is-none")), 401);
    refused(c.ask("GET", "/v1/conversations?unheard-of=1&status=x", e2e::bearer(admin_token)), 400);
    refused(c.ask("GET", "/v1/events?from=x&conversation=y", e2e::bearer(admin_token)), 400);
    (void)c.ask("GET", "/v1/canary HTTP/9.9\r\nX: canary-text", e2e::bearer("canary-token"));
  }

  /// It is told with its line, and not with its secrets.
  void refuse_a_config() {
    setup bad = usual();
    bad.more +=
        "\n[[token]]\nvalue = \"canary-value\"\nsha256 = \"canary-digest\"\nbrand = \"acme\"\nrole = "
        "\"admin\"\n";
    engine_.configure(bad.toml(engine_.data()));
    engine_.send_signal(SIGHUP);
    engine_.wait_logged("config-refused");
  }

  scratch place_;
  engine_process engine_;
  told told_;
};

TEST(told, is_no_token_no_secret_and_nothing_of_a_customer) {
  const auto all = telling(engine_binary()).all();
  for (const char* said : {"signature-refused", "handshake-refused", "config-refused"})
    EXPECT_THAT(all.log, HasSubstr(said)) << "or nothing was logged at all";
  EXPECT_THAT(all.figures, HasSubstr("switchboard_ingest_requests_total"));
  EXPECT_THAT(all.refusals, HasSubstr("unauthorized"));
  EXPECT_THAT(all.sightings(), IsEmpty());
}

TEST(told, is_searched_so_that_a_build_that_logs_bodies_is_found) {
  const auto seen = telling(SWITCHBOARD_TELLS_BODIES).all().sightings();
  EXPECT_THAT(seen, Contains("log: canary-text"));
  EXPECT_THAT(seen, Contains("log: canary-phone"));
}

}  // namespace
}  // namespace switchboard::attacks
