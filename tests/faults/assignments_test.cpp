// Agents who do everything at once by REST, while the engine is killed: no conversation has two owners, no cap is exceeded, nothing
// that was acknowledged is lost, and the conversations end as the router has them.

#include "assignment_history.hpp"
#include "tests/e2e/json_text.hpp"
#include "tests/e2e/scratch.hpp"
#include "tests/e2e/setup.hpp"
#include "tests/eventually.hpp"
#include "tests/full.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace switchboard::faults {
namespace {

using namespace std::chrono_literals;
using e2e::answer;

constexpr std::size_t agents = 6;
constexpr std::size_t threads = 4;

/// Of each there are a few: an agent less, another order, other costs.
std::string config(unsigned version) {
  std::string toml = R"(
[routing]
grace = "300ms"
lease = "60s"
cooldown = "500ms"
missed_max = 1000
[[routing.channel]]
units = )" + std::to_string(version % 2 == 0 ? 20 : 15) +
                     R"(
[[queue]]
id = "first"
brand = "acme"
offer_timeout = "1s"
order = ")" + (version % 3 == 1 ? "strict" : "aged") +
                     R"("
[[queue.ring]]
[[queue.ring]]
opens_after = "2s"
pool = 1
[[queue]]
id = "second"
brand = "acme"
mode = "auto_accept"
[[routing.rule]]
name = "odd"
keywords = ["odd"]
queue = "second"
)";
  for (std::size_t i = version % 4 == 3 ? 1 : 0; i < agents; ++i) {
    const auto id = "agent" + std::to_string(i);
    toml += "[[agent]]\nid = \"" + id + "\"\nbrand = \"acme\"\nunits = 60\nunits_hard = 80\nqueues = [\"" +
            (i % 2 == 0 ? "first\", \"second:1" : "second\", \"first:1") + "\"]\n";
  }
  return toml;
}

/// What all hands know.
class bustle {
 public:
  explicit bustle(const std::string& program) : engine_(dir_.path(), program) {
    configure(0);
    engine_.start();
  }
  /// So many calls that are answered, with so many kills between them, and behind each another config.
  void run(std::uint64_t calls, unsigned kills) {
    std::vector<std::thread> hands;
    for (std::size_t t = 0; t < threads; ++t) hands.emplace_back([this, t, calls] { hand(t, calls); });
    for (unsigned k = 1; k <= kills; ++k) {
      const auto at = calls * k / (kills + 1);
      EXPECT_TRUE(eventually([&] { return answered_.load() >= at; }, 10min));
      engine_.kill();
      engine_.start();
      EXPECT_TRUE(eventually([&] { return answered_.load() >= at + calls / (2 * (kills + 1)); }, 10min));
      configure(k);
      e2e::http_connection admin(engine_.admin_port());
      EXPECT_EQ(admin.ask("POST", "/reload", {}).status, 200);
    }
    for (auto& h : hands) h.join();
    EXPECT_TRUE(eventually([&] { return settled(); }, 2min)) << "decisions that no conversation took over";
    (void)engine_.terminate();
  }
  [[nodiscard]] assignment_report report() const {
    return read_history(engine_.data(), "acme", acknowledged_);
  }
  [[nodiscard]] std::uint64_t answered() const { return answered_.load(); }

 private:
  void configure(unsigned version) {
    e2e::setup s;
    s.more = config(version);
    engine_.configure(s.toml(engine_.data()));
  }
  bool settled() {
    e2e::http_connection c(engine_.admin_port());
    const auto figures = c.ask("GET", "/metrics").body;
    return figures.find("switchboard_routing_unsettled{brand=\"acme\"} 0\n") != std::string::npos;
  }
  /// One after the other, until all hands together have made so many.
  void hand(std::size_t number, std::uint64_t calls) {
    std::mt19937_64 random(number);
    std::optional<e2e::http_connection> connection;
    std::uint16_t port = 0;
    while (answered_.load() < calls) {
      EXPECT_TRUE(eventually([&] {
        if (port != engine_.port() || !connection) connection.emplace(port = engine_.port());
        return connection->ready();
      })) << "nobody listens";
      act(*connection, random);
    }
  }
  answer ask(e2e::http_connection& c, std::string_view method, const std::string& path,
             const std::string& body = {}) {
    auto a = c.ask(method, path, e2e::bearer(e2e::admin_token), body, 10s);
    answered_ += a.status != 0;
    EXPECT_TRUE(a.status < 500 || a.status == 503)
        << method << ' ' << path << ": " << a.status << ' ' << a.body;
    return a;
  }
  void act(e2e::http_connection& c, std::mt19937_64& random) {
    const auto agent = "agent" + std::to_string(random() % agents);
    const auto what = random() % 100;
    if (what < 25) return write(c, random);
    if (what < 50) return answer_offer(c, agent, random);
    if (what < 57) return come(c, agent);
    if (what < 59) return go(c, random);
    if (what < 61) {
      (void)ask(c, "PUT", "/v1/agents/" + agent + "/presence",
                random() % 3 == 0 ? R"({"status":"away"})" : R"({"status":"online"})");
      return;
    }
    if (what < 65) return remember(ask(c, "POST", "/v1/agents/" + agent + "/pull", "{}"));
    if (what < 66) {
      (void)ask(c, "POST", "/v1/agents/" + agent + "/reassign", "{}");
      return;
    }
    const auto conversation = any(random);
    if (conversation.empty()) return;
    const auto path = "/v1/conversations/" + conversation;
    if (what < 72) {
      const auto force = random() % 8 == 0 ? "true" : "false";
      remember(ask(c, "PUT", path + "/assignment", R"({"agent":")" + agent + R"(","force":)" + force + '}'));
    } else if (what < 76) {
      remember(ask(c, "DELETE", path + "/assignment"));
    } else if (what < 80) {
      remember(ask(c, "POST", path + "/transfer", R"({"queue":"first"})"));
    } else if (what < 84) {
      remember(ask(c, "POST", path + "/transfer", R"({"warm":true,"agent":")" + agent + R"("})"));
    } else {
      (void)ask(c, "PATCH", path, R"({"status":"resolved"})");
    }
  }
  /// The conversation that a 200 shows is what was promised.
  void remember(const answer& a) {
    if (a.status != 200) return;
    const auto id = e2e::text_at(a.body, "/id"), version = e2e::json_at(a.body, "/version");
    if (!id || !version) return;  // nothing to pull
    const std::lock_guard lock{mutex_};
    acknowledged_.owners.push_back(
        {*id, std::stoull(*version), e2e::text_at(a.body, "/assignedTo").value_or("")});
  }
  void write(e2e::http_connection& c, std::mt19937_64& random) {
    const auto who = "4917" + std::to_string(10'000'000 + random() % 400);
    const auto id = "wamid.A" + std::to_string(next_message_++);
    const auto a = e2e::deliver(
        c, "meta", e2e::whatsapp_text(e2e::acme_number, who, id, random() % 2 == 0 ? "odd" : "even"));
    answered_ += a.status != 0;
    if (random() % 10 == 0) learn(c);
  }
  void learn(e2e::http_connection& c) {
    const auto page = ask(c, "GET", "/v1/conversations?status=open&limit=200");
    if (page.status != 200) return;
    std::vector<std::string> ids;
    for (const auto& row : e2e::elements_at(page.body, "/conversations"))
      ids.push_back(e2e::text_at(row, "/id").value_or(""));
    const std::lock_guard lock{mutex_};
    conversations_ = std::move(ids);
  }
  std::string any(std::mt19937_64& random) {
    const std::lock_guard lock{mutex_};
    return conversations_.empty() ? std::string() : conversations_[random() % conversations_.size()];
  }
  void answer_offer(e2e::http_connection& c, const std::string& agent, std::mt19937_64& random) {
    const auto offers = ask(c, "GET", "/v1/agents/" + agent + "/offers");
    if (offers.status != 200) return;
    for (const auto& o : e2e::elements_at(offers.body, "/offers")) {
      const bool accept = random() % 4 != 0;
      const auto epoch = e2e::json_at(o, "/epoch").value_or("0");
      const auto a = ask(
          c, "POST", "/v1/offers/" + e2e::text_at(o, "/id").value_or("") + (accept ? "/accept" : "/decline"),
          "{\"epoch\":" + epoch + '}');
      if (!accept || a.status != 200) continue;
      const std::lock_guard lock{mutex_};
      acknowledged_.accepts.push_back(
          {e2e::text_at(o, "/conversationId").value_or(""), agent, std::stoull(epoch)});
    }
  }
  void come(e2e::http_connection& c, const std::string& agent) {
    const auto a = ask(c, "POST", "/v1/agents/" + agent + "/sessions", "{}");
    if (a.status != 201) return;
    const std::lock_guard lock{mutex_};
    sessions_.emplace_back(agent, e2e::text_at(a.body, "/sessionId").value_or(""));
  }
  void go(e2e::http_connection& c, std::mt19937_64& random) {
    std::pair<std::string, std::string> whose;
    {
      const std::lock_guard lock{mutex_};
      if (sessions_.empty()) return;
      std::swap(sessions_[random() % sessions_.size()], sessions_.back());
      whose = std::move(sessions_.back());
      sessions_.pop_back();
    }
    (void)ask(c, "DELETE", "/v1/agents/" + whose.first + "/sessions/" + whose.second);
  }

  e2e::scratch dir_;
  e2e::engine_process engine_;
  std::atomic<std::uint64_t> answered_{0}, next_message_{0};
  std::mutex mutex_;
  std::vector<std::string> conversations_;
  std::vector<std::pair<std::string, std::string>> sessions_;
  acknowledged acknowledged_;
};

TEST(assignments, have_one_owner_within_his_cap_through_kills_and_everybody_at_once) {
  const std::uint64_t calls = full() ? 100'000 : 4'000;
  const unsigned kills = full() ? 20 : 2;
  bustle b(e2e::engine_binary());
  b.run(calls, kills);
  const auto r = b.report();
  for (const auto& c : r.complaints) ADD_FAILURE() << c;
  std::printf(
      "  %llu calls answered, %llu turns, %llu offers, %llu accepted, %llu said by conversations, %llu owned "
      "at "
      "the end, %u kills, %llu configs\n",
      static_cast<unsigned long long>(b.answered()), static_cast<unsigned long long>(r.turns),
      static_cast<unsigned long long>(r.offers), static_cast<unsigned long long>(r.accepted),
      static_cast<unsigned long long>(r.said), static_cast<unsigned long long>(r.owned), kills,
      static_cast<unsigned long long>(r.configs));
  EXPECT_GT(r.configs, kills);
  EXPECT_GT(r.accepted, calls / 100) << "little was asked of it";
  EXPECT_GT(r.turns, calls / 10);
}

TEST(assignments, of_a_build_that_forgets_what_it_routed_are_found_wrong) {
  bustle b(SWITCHBOARD_FORGETS_ROUTING);
  b.run(1'000, 1);
  EXPECT_FALSE(b.report().complaints.empty());
}

}  // namespace
}  // namespace switchboard::faults
