// How promises are kept, counted by brand and queue.

#include "actors/promise_figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::actors {
namespace {

using domain::event_type;
using ::testing::ElementsAre;

storage::record said(event_type type, std::uint64_t thread, const std::string& queue, std::uint32_t at_risk,
                     const std::string& sla = "{}") {
  storage::record r;
  r.type = type;
  r.brand = "acme";
  r.queue = queue;
  r.conversation = {{thread, thread}, 1};
  r.at_risk = at_risk;
  r.bytes = sla;
  r.sla_json = {0, static_cast<std::uint32_t>(sla.size())};
  return r;
}

std::vector<std::string> lines(const promise_figures& f) {
  std::vector<std::string> all;
  for (const auto& p : f.read()) {
    all.push_back(p.brand + "/" + p.queue + " met " + std::to_string(p.met) + " breached " +
                  std::to_string(p.breached) + " at risk " + std::to_string(p.at_risk));
  }
  return all;
}

TEST(PromiseFigures, CountEachEndOnceAndAMissAsAMiss) {
  promise_figures f;
  f.take(said(event_type::sla_met, 1, "support", 0));
  f.take(said(event_type::sla_breached, 2, "support", 0, R"({"breached":true})"));
  f.take(said(event_type::sla_met, 2, "support", 0, R"({"breached":true})"));
  f.take(said(event_type::sla_cancelled, 3, "support", 0));
  f.take(said(event_type::sla_met, 4, "", 0));
  EXPECT_THAT(lines(f),
              ElementsAre("acme/ met 1 breached 0 at risk 0", "acme/support met 1 breached 1 at risk 0"));
}

TEST(PromiseFigures, KnowWhatIsAtRiskNow) {
  promise_figures f;
  f.set_at_risk({{1, 1}, 1}, "acme", "support", 2);  // as a start finds it
  f.take(said(event_type::sla_warning, 2, "support", 1));
  EXPECT_THAT(lines(f), ElementsAre("acme/support met 0 breached 0 at risk 3"));
  f.take(said(event_type::sla_warning, 2, "billing", 1));
  EXPECT_THAT(lines(f), ElementsAre("acme/billing met 0 breached 0 at risk 1",
                                    "acme/support met 0 breached 0 at risk 2"))
      << "where it is now";
  f.take(said(event_type::conversation_transferred, 2, "support", 1, ""));
  f.take(said(event_type::conversation_transferred, 9, "support", 0, ""));
  EXPECT_THAT(lines(f), ElementsAre("acme/billing met 0 breached 0 at risk 0",
                                    "acme/support met 0 breached 0 at risk 3"));
  f.take(said(event_type::conversation_transferred, 2, "billing", 1, ""));
  f.take(said(event_type::sla_met, 1, "support", 1));
  f.take(said(event_type::sla_breached, 2, "billing", 0));
  EXPECT_THAT(lines(f), ElementsAre("acme/billing met 0 breached 1 at risk 0",
                                    "acme/support met 1 breached 0 at risk 1"));
  f.forget({{1, 1}, 3});
  EXPECT_THAT(lines(f), ElementsAre("acme/billing met 0 breached 1 at risk 0",
                                    "acme/support met 1 breached 0 at risk 0"));
}

}  // namespace
}  // namespace switchboard::actors
