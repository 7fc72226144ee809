// A person is forgotten while everybody else goes on writing (G1, promise P19): nobody reads of him any more when the
// answer comes, and within a minute no byte of him is below the data directory. SWITCHBOARD_SEED repeats a run.

#include "json_text.hpp"
#include "load.hpp"
#include "scratch.hpp"
#include "tests/canary.hpp"
#include "tests/eventually.hpp"
#include "tests/full.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;

constexpr auto forced_within = 60s;
constexpr std::string_view supervisor_of_globex = "globex-supervisor";

std::uint64_t seed() {
  const char* text = std::getenv("SWITCHBOARD_SEED");
  static const auto value = text != nullptr ? std::stoull(text) : std::random_device{}();
  return value;
}

/// Little memory for everything, so that what is written soon lies in many files.
setup small() {
  setup s;
  s.storage =
      "journal_memtable_bytes = \"1MiB\"\nviews_memtable_bytes = \"1MiB\"\nblock_cache_bytes = \"1MiB\"\n"
      "tail_bytes = \"1MiB\"\n";
  s.limits = "conversation_idle = \"1s\"\nresident_conversations_max = 64\n";
  s.more = "\n[[token]]\nvalue = \"" + std::string(supervisor_of_globex) +
           "\"\nbrand = \"globex\"\nrole = \"supervisor\"\n";
  return s;
}

/// Whatever can be told of somebody, each a text of its own that is nowhere else.
struct person {
  explicit person(std::uint64_t n)
      : id(canary(n * 100 + 1, 24)),
        name(canary(n * 100 + 2)),
        text(canary(n * 100 + 3)),
        file(canary(n * 100 + 4)),
        message(canary(n * 100 + 5)),
        comment(canary(n * 100 + 6)),
        unread(canary(n * 100 + 7)),
        tag(canary(n * 100 + 8)) {}
  std::string id, name, text, file, message, comment, unread, tag;

  [[nodiscard]] std::vector<std::string> all() const {
    return {id, name, text, file, message, comment, unread, tag};
  }
  [[nodiscard]] std::string says(const std::string& n) const {
    return page(R"("messaging":[{"sender":{"id":")" + id + R"("},"recipient":{"id":")" +
                std::string(acme_page) + R"("},"timestamp":1795248060123,"message":{"mid":"m_)" + message +
                n + R"(","text":")" + text +
                R"(","attachments":[{"type":"image","payload":{"url":"https://cdn.example/)" + file +
                R"(.jpg"}}]}}])");
  }
  [[nodiscard]] std::string comments(const std::string& post) const {
    return page(R"("changes":[{"field":"feed","value":{"item":"comment","verb":"add","comment_id":")" + post +
                "_" + comment + R"(","post_id":")" + std::string(acme_page) + "_" + post +
                R"(","parent_id":")" + std::string(acme_page) + "_" + post + R"(","from":{"id":")" + id +
                R"(","name":")" + name + R"("},"message":")" + text + R"(","created_time":1795248099}}])");
  }
  /// Signed, and not to be understood.
  [[nodiscard]] std::string riddles() const {
    return page(R"("messaging":[{"sender":{"id":")" + id + R"("},"recipient":{"id":")" +
                std::string(acme_page) + R"("},"timestamp":1795248060123,"message":{"mid":7,"text":")" +
                unread + R"("}}])");
  }
  static std::string page(const std::string& members) {
    return R"({"object":"page","entry":[{"id":")" + std::string(acme_page) + R"(","time":1795248100,)" +
           members + "}]}";
  }
};

class erasure : public testing::Test {
 protected:
  explicit erasure(const std::string& program = engine_binary())
      : engine_(scratch_.path(), program), book_(scratch_.path() / "ledger"), load_(book_, seed()) {
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed()));
    engine_.configure(small().toml(engine_.data()));
    engine_.start();
  }

  void begin_load() {
    load_plan plan;
    plan.connections = 6;
    plan.per_second = 300;
    load_.start(engine_.port(), plan);
    const auto enough = load_.accepted() + 100;
    ASSERT_TRUE(eventually([&] { return load_.accepted() >= enough; }));
  }
  /// Two posts' comments, a chat with two conversations, tags, and what nobody understands.
  void live(const person& p) {
    for (const auto& body : {p.says("1"), p.comments("444"), p.comments("555"), p.riddles()})
      ASSERT_EQ(deliver(engine_, "meta", body).status, 200);
    const auto chats = get(engine_, "/v1/conversations?account=acme-page&limit=1000").body;
    for (const auto& c : elements_at(chats, "/conversations")) {
      if (text_at(c, "/metadata/customerPlatformId") != p.id) continue;
      customer_ = text_at(c, "/customerId").value_or("");
      conversations_.push_back(text_at(c, "/id").value_or(""));
      const bool chat = text_at(c, "/metadata/source") == "dm";
      patch(conversations_.back(),
            R"({"tags":[")" + p.tag + R"("])" + (chat ? R"(,"status":"closed"})" : "}"));
    }
    ASSERT_EQ(conversations_.size(), 3U);
    ASSERT_EQ(deliver(engine_, "meta", p.says("2")).status, 200);
  }
  void patch(const std::string& conversation, const std::string& body) {
    http_connection c(engine_.port());
    auto head = bearer(admin_token);
    head.emplace_back("Content-Type", "application/json");
    EXPECT_EQ(c.ask("PATCH", "/v1/conversations/" + conversation, head, body).status, 200);
  }
  [[nodiscard]] int erase(std::string_view token = admin_token) const {
    http_connection c(engine_.port());
    return c.ask("DELETE", "/v1/customers/" + customer_, bearer(token)).status;
  }
  [[nodiscard]] std::vector<std::string> log(std::string_view query = {}) const {
    std::string cursor = "earliest";
    return read_log(engine_, cursor, query);
  }
  /// No answer of the engine's and no event, from the first on, holds any of it.
  void expect_unreadable(const person& p) const {
    auto all = log();
    for (const auto* list : {"/v1/conversations?limit=1000", "/v1/dead-letters?limit=1000"})
      all.push_back(get(engine_, list).body);
    for (const auto& d : elements_at(get(engine_, "/v1/dead-letters").body, "/deadLetters"))
      all.push_back(get(engine_, "/v1/dead-letters/" + text_at(d, "/id").value_or("")).body);
    for (const auto& text : p.all()) {
      for (const auto& shown : all) ASSERT_EQ(shown.find(text), std::string::npos) << shown;
    }
    EXPECT_EQ(get(engine_, "/v1/customers/" + customer_).status, 404);
    EXPECT_EQ(get(engine_, "/v1/customers/" + customer_ + "/conversations").status, 404);
    for (const auto& c : conversations_) {
      EXPECT_EQ(get(engine_, "/v1/conversations/" + c).status, 404);
      EXPECT_EQ(get(engine_, "/v1/conversations/" + c + "/messages").status, 404);
    }
  }
  void expect_off_the_disk(const person& p) const {
    const auto left = sightings(engine_.data(), p.all());
    EXPECT_TRUE(left.empty()) << left.size() << ", " << left.front();
  }
  void expect_others_intact() {
    load_.stop();
    account_of_engine account;
    for (const auto& e : log("&account=acme-whatsapp")) account.take(e);
    const auto found = compare(read_ledger(book_.file()), account);
    EXPECT_TRUE(found.none()) << found.text();
    EXPECT_EQ(load_.refused(), 0U);
  }
  void verify_offline() {
    EXPECT_EQ(engine_.terminate().code, 0);
    const auto verified = run_command({"verify", "--data-dir", engine_.data().string()}, scratch_.path());
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  }

  scratch scratch_;
  engine_process engine_;
  ledger book_;
  load load_;
  std::string customer_;
  std::vector<std::string> conversations_;
};

TEST_F(erasure, leaves_no_byte_of_a_person_while_others_go_on) {
  const person p(seed());
  begin_load();
  live(p);
  begin_load();  // more lies on the disk
  for (const auto& text : p.all()) {
    EXPECT_TRUE(eventually([&] { return !sightings(engine_.data(), {text}).empty(); }))
        << "nothing to look for";
  }
  EXPECT_EQ(erase(acme_token), 403);
  EXPECT_EQ(erase(agent_token), 403);
  EXPECT_EQ(erase(supervisor_of_globex), 404) << "another brand's";
  const auto accepted_before = load_.accepted();
  const auto asked = std::chrono::steady_clock::now();
  ASSERT_EQ(erase(), 202);
  const auto answered = std::chrono::steady_clock::now();
  expect_unreadable(p);
  ASSERT_TRUE(eventually([&] { return erase() == 204; }, forced_within));
  const auto gone = std::chrono::steady_clock::now();
  EXPECT_LE(gone - asked, forced_within);
  expect_off_the_disk(p);
  EXPECT_GT(load_.accepted(), accepted_before) << "ingest stood still";
  EXPECT_EQ(engine_.said().find(p.id), std::string::npos);

  // The platform delivers everything again: nobody comes back by that.
  for (const auto& body : {p.says("1"), p.says("2"), p.comments("444"), p.riddles()})
    EXPECT_EQ(deliver(engine_, "meta", body).status, 200);
  expect_unreadable(p);
  expect_off_the_disk(p);
  // Who writes again is a stranger.
  EXPECT_EQ(deliver(engine_, "meta", p.says("3")).status, 200);
  const auto anew =
      elements_at(get(engine_, "/v1/customers/" + customer_ + "/conversations").body, "/conversations");
  ASSERT_EQ(anew.size(), 1U);
  EXPECT_EQ(text_at(anew[0], "/metadata/previousConversations"), "0");
  for (const auto& old : conversations_) EXPECT_NE(text_at(anew[0], "/id"), old);
  ASSERT_EQ(erase(), 202);
  ASSERT_TRUE(eventually([&] { return erase() == 204; }, forced_within));
  expect_off_the_disk(p);
  expect_others_intact();
  verify_offline();
  expect_off_the_disk(p);
  const auto ms = [](auto d) {
    return static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
  };
  std::printf("answered in %lld ms, off the disk in %lld ms\n", ms(answered - asked), ms(gone - asked));
}

TEST_F(erasure, killed_in_the_midst_is_finished_by_the_next_start) {
  std::mt19937_64 random(seed());
  const unsigned rounds = full() ? 30 : 4;
  for (unsigned round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round) + ", seed " + std::to_string(seed()));
    const person p(seed() + round + 1);
    conversations_.clear();
    begin_load();
    live(p);
    // Anywhere in what precedes the answer, or in what follows it.
    const bool promised = round % 2 == 0;
    std::jthread asking([&] { (void)erase(); });
    if (promised) asking.join();
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % (promised ? 400 : 200)));
    engine_.kill();
    load_.stop();
    if (!promised) asking.join();
    engine_.start();
    if (promised) {
      expect_unreadable(p);  // at once
    } else {
      EXPECT_THAT(erase(), testing::AnyOf(202, 204));
      expect_unreadable(p);
    }
    ASSERT_TRUE(eventually([&] { return erase() == 204; }, forced_within));
    expect_off_the_disk(p);
  }
  expect_others_intact();
  verify_offline();
}

/// WhatsApp: a number, the one before it, and the user ids beside them. What nobody understood may name any of them.
TEST_F(erasure, reaches_what_names_a_person_by_another_name) {
  const auto old_number = canary(seed() + 1, 24), number = canary(seed() + 2, 24);
  const auto old_user = "BR." + canary(seed() + 3, 24), user = "BR." + canary(seed() + 4, 24);
  const auto tell = [&](const std::string& message) {
    ASSERT_EQ(
        deliver(engine_, "meta",
                R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages",)"
                R"("value":{"metadata":{"phone_number_id":"106540352242922"},"messages":[)" +
                    message + "]}}]}]}")
            .status,
        200);
  };
  const auto by = [](const std::string& who, int n, const std::string& rest) {
    return "{" + who + R"(,"id":"wamid.)" + std::to_string(n) + R"(","timestamp":")" +
           std::to_string(1795248000 + n) + R"(",)" + rest + "}";
  };
  const std::string said = R"("type":"text","text":{"body":"hello"})", riddle = R"("type":"text","type":"?")";
  tell(by(R"("from":")" + old_number + R"(","from_user_id":")" + old_user + '"', 1, said));
  tell(by(R"("from":")" + old_number + '"', 2,
          R"("type":"system","system":{"type":"user_changed_number","body":"b","wa_id":")" + number +
              R"(","user_id":")" + user + R"("})"));
  tell(by(R"("from_user_id":")" + user + '"', 3, said));
  int n = 3;
  tell(by(R"("from":")" + number + '"', ++n, riddle));  // what names the old number now is another's
  for (const auto& name : {old_user, user}) tell(by(R"("from_user_id":")" + name + '"', ++n, riddle));
  const auto chats =
      elements_at(get(engine_, "/v1/conversations?account=acme-whatsapp").body, "/conversations");
  ASSERT_EQ(chats.size(), 1U);
  customer_ = text_at(chats[0], "/customerId").value_or("");
  ASSERT_EQ(elements_at(get(engine_, "/v1/dead-letters").body, "/deadLetters").size(), 3U);
  for (const auto& name : {old_number, number, old_user, user})
    EXPECT_FALSE(sightings(engine_.data(), {name}).empty()) << "nothing to look for";

  ASSERT_EQ(erase(), 202);
  ASSERT_TRUE(eventually([&] { return erase() == 204; }, forced_within));
  const auto left = sightings(engine_.data(), {old_number, number, old_user, user});
  EXPECT_TRUE(left.empty()) << left.size() << ", " << left.front();
  // Whom the names lead to is not forgotten: the number that was may be somebody else's by now.
  tell(by(R"("from":")" + old_number + '"', 9'000'000, said));
  const auto next =
      elements_at(get(engine_, "/v1/conversations?account=acme-whatsapp").body, "/conversations");
  ASSERT_EQ(next.size(), 1U);
  EXPECT_NE(text_at(next[0], "/customerId"), customer_);
  verify_offline();
}

/// The same checks over a build that leaves the files as they are: it must be caught, or they are worth nothing.
class erasure_by_a_liar : public erasure {
 protected:
  erasure_by_a_liar() : erasure(SWITCHBOARD_KEEPS_FILES) {}
};

TEST_F(erasure_by_a_liar, is_caught) {
  const person p(seed());
  live(p);
  ASSERT_EQ(erase(), 202);
  ASSERT_TRUE(eventually([&] { return erase() == 204; }, forced_within));
  EXPECT_FALSE(sightings(engine_.data(), p.all()).empty());
}

}  // namespace
}  // namespace switchboard::e2e
