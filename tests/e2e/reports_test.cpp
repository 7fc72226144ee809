// Reports and lists by deadline over the real binary: the same behind a kill, behind an erasure, and as verify counts them again from
// the journal.

#include "awaited_events.hpp"
#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/eventually.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view promised = R"(
[[sla]]
id = "quick"
brands = ["acme"]
accounts = ["acme-whatsapp"]
[[sla.clock]]
clock = "first_response"
target = "1s"
[[sla.clock]]
clock = "requester_wait"
target = "8h"
)";

class reports : public testing::Test {
 protected:
  void SetUp() override {
    setup s;
    s.more = promised;
    engine_.configure(s.toml(engine_.data()));
    engine_.start();
  }
  std::string writes(const std::string& who) {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    EXPECT_EQ(deliver(engine_, "meta",
                      whatsapp_text(acme_number, who, "wamid." + who, "hello",
                                    static_cast<std::uint64_t>(now.count())))
                  .status,
              200);
    return text_at(events_.next("message.received",
                                [&](const std::string& m) {
                                  return text_at(m, "/data/message/platformMessageId") == "wamid." + who;
                                }),
                   "/data/conversation/id")
        .value_or("");
  }
  void breaks(const std::string& conversation) {
    (void)events_.next("sla.breached", [&](const std::string& e) {
      return text_at(e, "/data/conversation/id") == conversation;
    });
  }
  void patch(const std::string& conversation, const std::string& body) {
    http_connection c(engine_.port());
    EXPECT_EQ(c.ask("PATCH", "/v1/conversations/" + conversation, bearer(agent_token), body).status, 200);
  }
  [[nodiscard]] std::string report(const std::string& target) const {
    const auto a = get(engine_, "/v1/reports/" + target);
    EXPECT_EQ(a.status, 200) << a.body;
    return a.body;
  }
  /// Of the last week: a test may begin in front of midnight.
  [[nodiscard]] std::string total() const { return report("overview?interval=total&brand=acme"); }
  [[nodiscard]] std::vector<std::string> by_deadline() const {
    std::vector<std::string> ids;
    for (const auto& c :
         elements_at(get(engine_, "/v1/conversations?brand=acme&sort=deadline").body, "/conversations"))
      ids.push_back(text_at(c, "/id").value_or(""));
    return ids;
  }
  void verify_offline() {
    EXPECT_EQ(engine_.terminate().code, 0);
    const auto verified = run_command({"verify", "--data-dir", engine_.data().string()}, scratch_.path());
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  }

  scratch scratch_;
  engine_process engine_{scratch_.path()};
  awaited_events events_{engine_};
};

TEST_F(reports, tell_the_same_behind_a_kill_and_an_erasure) {
  const auto ada = writes("491801"), bob = writes("491802");
  breaks(ada);
  breaks(bob);
  patch(ada, R"({"status":"resolved"})");
  const auto before = total();
  const std::string row = "/rows/0/";
  EXPECT_EQ(text_at(before, row + "created"), "2");
  EXPECT_EQ(text_at(before, row + "resolved"), "1");
  EXPECT_EQ(text_at(before, row + "clocks/firstResponse/breached"), "2");
  EXPECT_EQ(text_at(before, row + "clocks/firstResponse/cancelled"), "1");
  EXPECT_EQ(text_at(before, row + "clocks/requesterWait/met"), "1");
  EXPECT_EQ(text_at(before, row + "clocks/requesterWait/count"), "1");
  EXPECT_GE(std::stoul(text_at(before, row + "clocks/requesterWait/maxMs").value_or("0")), 1'000u);
  EXPECT_THAT(report("platforms?format=csv&interval=total"), StartsWith("brand,platform,from,to,created"));
  EXPECT_THAT(report("platforms?format=csv&interval=total"), HasSubstr("\r\nacme,whatsapp,"));
  engine_.kill();
  engine_.start();
  const auto rows = [&] { return json_at(total(), "/rows/0/clocks"); };
  EXPECT_EQ(rows(), json_at(before, "/rows/0/clocks"));
  const auto customer = text_at(get(engine_, "/v1/conversations/" + ada).body, "/customerId").value_or("");
  http_connection c(engine_.port());
  EXPECT_TRUE(eventually(
      [&] { return c.ask("DELETE", "/v1/customers/" + customer, bearer(admin_token)).status == 204; }, 60s));
  EXPECT_EQ(rows(), json_at(before, "/rows/0/clocks")) << "that somebody waited is in nobody's name";
  verify_offline();
}

TEST_F(reports, and_lists_go_by_deadline) {
  const auto overdue = writes("491803");
  breaks(overdue);
  const auto waits = writes("491804"), done = writes("491805");
  breaks(waits);
  breaks(done);
  patch(done, R"({"status":"resolved"})");
  EXPECT_THAT(by_deadline(), ElementsAre(overdue, waits, done));
  patch(overdue, R"({"status":"resolved"})");
  EXPECT_THAT(by_deadline(), ElementsAre(waits, overdue, done))
      << "what waits for nothing, the latest update first";
  engine_.kill();
  engine_.start();
  EXPECT_THAT(by_deadline(), ElementsAre(waits, overdue, done));
  verify_offline();
}

}  // namespace
}  // namespace switchboard::e2e
