// Platforms deliver again, at any time and several times at once. One effect each.

#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace switchboard::e2e {
namespace {

class redelivery : public testing::Test {
 protected:
  redelivery() : engine_(scratch_.path()) {
    engine_.configure(setup{}.toml(engine_.data()));
    engine_.start();
  }
  std::vector<std::string> log() {
    std::string cursor = "earliest";
    return read_log(engine_, cursor);
  }
  static std::map<std::string, unsigned> types(const std::vector<std::string>& events) {
    std::map<std::string, unsigned> counts;
    for (const auto& e : events) ++counts[text_at(e, "/type").value_or("")];
    return counts;
  }
  using delivered = std::pair<std::string, std::string>;  ///< source and body
  /// Each `times`, over connections of which each takes its share in an order of its own. How many were answered 200.
  unsigned deliver_shuffled(const std::vector<delivered>& bodies, unsigned times,
                            unsigned connections) const {
    std::vector<delivered> all;
    for (unsigned t = 0; t < times; ++t) all.insert(all.end(), bodies.begin(), bodies.end());
    std::atomic<unsigned> accepted = 0;
    std::vector<std::jthread> threads;
    for (unsigned c = 0; c < connections; ++c) {
      threads.emplace_back([&, c] {
        std::vector<std::size_t> mine;
        for (std::size_t i = c; i < all.size(); i += connections) mine.push_back(i);
        std::shuffle(mine.begin(), mine.end(), std::mt19937{c});
        http_connection to(engine_.port());
        for (const auto i : mine) {
          const auto a = deliver(to, all[i].first, all[i].second);
          EXPECT_EQ(a.status, 200) << a.body;
          if (a.status == 200) ++accepted;
        }
      });
    }
    threads.clear();  // joined
    return accepted;
  }

  scratch scratch_;
  engine_process engine_;
};

// Every body ten times, over eight connections that each have an order of their own.
TEST_F(redelivery, ten_times_over_eight_connections_has_one_effect) {
  constexpr unsigned connections = 8, times = 10;
  std::vector<delivered> bodies;
  for (unsigned i = 0; i < 30; ++i) {
    const auto n = std::to_string(i);
    bodies.emplace_back("meta",
                        whatsapp_text(acme_number, "70" + std::to_string(i % 6), "wamid.x" + n, "text " + n));
    bodies.emplace_back("meta", whatsapp_texts(globex_number, "80" + std::to_string(i % 6),
                                               {"wamid.y" + n, "wamid.z" + n, "wamid.w" + n}));
    bodies.emplace_back(
        "telegram",
        R"({"update_id":)" + n + R"(,"message":{"message_id":)" + n +
            R"(,"from":{"id":5,"first_name":"E"},"chat":{"id":5,"type":"private"},"date":1795248200,"text":"t"}})");
    bodies.emplace_back("telegram",
                        R"({"update_id":)" + std::to_string(100 + i) + R"(,"nobody":{"n":)" + n + "}}");
  }
  EXPECT_EQ(deliver_shuffled(bodies, times, connections), bodies.size() * times);
  const auto counts = types(log());
  EXPECT_EQ(counts.at("message.received"), 30U * 5);
  EXPECT_EQ(counts.at("conversation.created"), 6U + 6 + 1);
  EXPECT_EQ(counts.at("deadletter.added"), 30U);
  std::set<std::string> ids;
  for (const auto& e : log()) EXPECT_TRUE(ids.insert(text_at(e, "/id").value_or("")).second) << e;
}

// So does what people say who change their number meanwhile, whatever comes first.
TEST_F(redelivery, of_people_who_change_their_number_has_one_effect) {
  constexpr unsigned connections = 8, times = 5, people = 60;
  std::vector<delivered> bodies;
  const auto tell = [&](const std::string& what) {
    bodies.emplace_back(
        "meta",
        R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":)"
        R"({"phone_number_id":")" +
            std::string(acme_number) + R"("},"messages":[{)" + what + "}]}}]}]}");
  };
  for (unsigned p = 0; p < people; ++p) {
    const auto n = std::to_string(1000 + p);
    const auto said = [&](int i, const std::string& who) {
      tell(who + R"("id":"wamid.)" + n + "." + std::to_string(i) + R"(","timestamp":")" +
           std::to_string(1795248000 + i) + R"(","type":"text","text":{"body":"t"})");
    };
    const auto from = [](const std::string& number) { return R"("from":")" + number + R"(",)"; };
    const auto user = [](const std::string& id) { return R"("from_user_id":")" + id + R"(",)"; };
    said(1, from("55" + n) + user("BR.A" + n));
    said(2, user("BR.A" + n));
    said(61, from("56" + n) + user("BR.B" + n));
    said(62, user("BR.B" + n));
    said(63, from("56" + n));
    tell(from("55" + n) + R"("id":"wamid.)" + n +
         R"(.50","timestamp":"1795248050","type":"system","system":)" +
         R"({"type":"user_changed_number","body":"b","wa_id":"56)" + n + R"(","user_id":"BR.B)" + n +
         R"("})");
  }
  EXPECT_EQ(deliver_shuffled(bodies, times, connections), bodies.size() * times);
  std::map<std::string, unsigned> received;
  for (const auto& e : log()) {
    if (text_at(e, "/type") == "message.received")
      ++received[text_at(e, "/data/message/platformMessageId").value_or("")];
  }
  EXPECT_EQ(received.size(), people * 5);
  for (const auto& [id, count] : received) EXPECT_EQ(count, 1U) << id;
}

TEST_F(redelivery, a_hundred_first_messages_at_once_make_one_conversation) {
  constexpr unsigned connections = 16, messages = 100;
  {
    std::atomic<unsigned> next = 0;
    std::vector<std::jthread> threads;
    for (unsigned c = 0; c < connections; ++c) {
      threads.emplace_back([&] {
        http_connection to(engine_.port());
        for (unsigned i = next++; i < messages; i = next++) {
          EXPECT_EQ(
              deliver(to, "meta", whatsapp_text(acme_number, "7100", "wamid.f" + std::to_string(i), "first!"))
                  .status,
              200);
        }
      });
    }
  }
  const auto counts = types(log());
  EXPECT_EQ(counts.at("conversation.created"), 1U);
  EXPECT_EQ(counts.at("message.received"), messages);
  EXPECT_EQ(counts.contains("customer.updated"), false);
  const auto conversations = read_list(engine_, "/v1/conversations", "conversations");
  ASSERT_EQ(conversations.size(), 1U);
  EXPECT_EQ(text_at(conversations[0], "/unread"), "100");
}

// Several requests on their way on one connection: their effects are in their order, and so are the answers.
TEST_F(redelivery, a_connections_order_is_kept) {
  constexpr unsigned connections = 8, messages = 100, on_their_way = 10;
  {
    std::vector<std::jthread> threads;
    for (unsigned c = 0; c < connections; ++c) {
      threads.emplace_back([&, c] {
        http_connection to(engine_.port());
        for (unsigned i = 0; i < messages; i += on_their_way) {
          std::string batch;
          for (unsigned k = i; k < i + on_their_way; ++k) {
            const auto id = "wamid." + std::to_string(c) + "." + std::to_string(k);
            batch += signed_request("meta", whatsapp_text(acme_number, "7200", id, std::to_string(k)));
          }
          ASSERT_TRUE(to.send(batch));
          for (unsigned k = 0; k < on_their_way; ++k) ASSERT_EQ(to.receive().status, 200);
        }
      });
    }
  }
  std::map<std::string, int> last;  // by connection
  unsigned sequence = 1;
  for (const auto& e : log()) {
    if (text_at(e, "/type") != "message.received") continue;
    EXPECT_EQ(text_at(e, "/sequence"), std::to_string(++sequence));
    const auto id = text_at(e, "/data/message/platformMessageId").value_or("");
    const auto dot = id.rfind('.');
    const int n = std::stoi(id.substr(dot + 1));
    const auto [known, fresh] = last.try_emplace(id.substr(0, dot), -1);
    EXPECT_EQ(n, known->second + 1) << id;
    known->second = n;
  }
  EXPECT_EQ(sequence, 1 + connections * messages);
}

}  // namespace
}  // namespace switchboard::e2e
