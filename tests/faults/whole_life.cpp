// crash_loop's part that lets an engine do everything once.

#include "crash_loop.hpp"
#include "tests/e2e/json_text.hpp"
#include "tests/eventually.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>

namespace switchboard::faults {

namespace {

/// The id of the customer with this number, as long as the engine answers.
std::string find_customer(std::uint16_t port, const std::string& number) {
  e2e::http_connection c(port);
  const auto newest = c.ask("GET", "/v1/conversations?limit=1000", e2e::bearer(e2e::admin_token));
  for (const auto& row : e2e::elements_at(newest.body, "/conversations"))
    if (e2e::text_at(row, "/metadata/customerPlatformId") == number)
      return e2e::text_at(row, "/customerId").value_or("");
  return {};
}

}  // namespace

std::string crash_loop::run_whole_life(const std::string& environment) {
  constexpr std::uint64_t answers_before = 250, answers_behind = 100;
  const auto life = std::to_string(++lives_);
  if (engine_.running()) end();
  connect(0, {environment});
  auto ended = engine_.start_or_end();
  const auto until = [&](auto condition) {
    if (ended) return;
    EXPECT_TRUE(eventually([&] { return (ended = engine_.ended()) || condition(); }));
  };
  const auto load_more = [&](std::uint64_t answers) {
    const auto enough = load_.accepted() + answers;
    until([&] { return load_.accepted() >= enough; });
  };
  if (!ended) {
    load_.start(engine_.port(), {});
    load_more(answers_before);
  }
  if (!ended) {
    auto headers = e2e::bearer(e2e::admin_token);
    e2e::http_connection admin(engine_.admin_port());
    const auto backup = [&] { return e2e::text_at(admin.ask("GET", "/backup", headers).body, "/state"); };
    auto typed = headers;
    typed.emplace_back("Content-Type", "application/json");
    (void)admin.ask("POST", "/backup", typed, R"({"name":")" + life + R"("})");
    until([&] { return backup() == "done"; });
  }
  if (!ended) {
    const std::string number = "4933" + life, id = std::string(id_of_erased) + life;
    e2e::http_connection c(engine_.port());
    (void)e2e::deliver(c, "meta", e2e::whatsapp_text(e2e::acme_number, number, id, e2e::text_of(id)));
    const auto customer = find_customer(engine_.port(), number);
    if (!customer.empty())
      until([&] {
        return c.ask("DELETE", "/v1/customers/" + customer, e2e::bearer(e2e::admin_token)).status == 204;
      });
  }
  load_more(answers_behind);
  if (!ended) {
    load_.stop();
    ended = engine_.ended();
  }
  if (!ended) {
    try {
      const auto found = check();  // before the journal may forget it
      EXPECT_TRUE(found.none()) << found.text();
    } catch (const std::runtime_error&) {  // it may end while it is asked: some places are met at any time
      until([] { return false; });
      if (!ended) throw;
    }
  }
  if (!ended) {
    engine_.send_signal(SIGTERM);
    until([] { return false; });
  }
  const auto said = engine_.said();
  end();
  load_.stop();
  return said;
}

}  // namespace switchboard::faults
