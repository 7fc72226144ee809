// H85: as many idle connections as a client may hold harm nobody who works.

#include "certificate.hpp"
#include "cli/descriptors.hpp"
#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/full.hpp"

#include <gtest/gtest.h>

#include <list>

namespace switchboard::e2e {
namespace {

class idle_connections : public ::testing::TestWithParam<bool> {};

TEST_P(idle_connections, harm_nobody_and_stay_open) {
  const std::size_t many = full() ? 10'000 : 1'000;
  if (const auto own = cli::raise_descriptor_limit(); own < many + 100)
    GTEST_SKIP() << "the hard limit of descriptors here is " << own;
  scratch place;
  const auto certificate = (place.path() / "certificate.pem").string(),
             key = (place.path() / "key.pem").string();
  setup s;
  s.limits = "idle_timeout = \"10m\"\n";
  wire_options options;
  if (GetParam()) {
    write_certificate(certificate, key);
    options.ca_file = certificate;
    s.server = "[server.tls]\ncertificate_file = " + json_string(certificate) +
               "\nkey_file = " + json_string(key) + "\n";
  }
  engine_process engine(place.path());
  engine.configure(s.toml(engine.data()));
  engine.start();

  constexpr auto handshake = "/webhooks/meta?hub.mode=subscribe&hub.verify_token=demo-verify&hub.challenge=1";
  std::list<http_connection> idle;
  while (idle.size() < many)
    ASSERT_EQ(idle.emplace_back(engine.port(), options).ask("GET", handshake).status, 200) << idle.size();

  http_connection working(engine.port(), options);
  constexpr int messages = 1'000;
  for (int i = 0; i < messages; ++i) {
    const auto id = std::to_string(i);
    const auto a = deliver(working, "meta", whatsapp_text(acme_number, id, "wamid." + id, "text"));
    ASSERT_EQ(a.status, 200) << a.body;
  }
  std::size_t received = 0;
  for (std::string next = "earliest", page;; received += elements_at(page, "/events").size()) {
    page = working.ask("GET", "/v1/events?type=message.received&from=" + next, bearer(admin_token)).body;
    next = text_at(page, "/cursor").value_or("");
    if (elements_at(page, "/events").empty()) break;
  }
  EXPECT_EQ(received, std::size_t{messages});

  // Each is still the same connection, and good for a request.
  for (auto& c : idle) {
    ASSERT_TRUE(c.send(request_bytes("GET", handshake, {}, {})));
    ASSERT_EQ(c.receive().status, 200);
  }
  EXPECT_EQ(engine.terminate().code, 0);
}

INSTANTIATE_TEST_SUITE_P(over, idle_connections, testing::Bool(),
                         [](const auto& tls) { return tls.param ? "tls" : "plain"; });

}  // namespace
}  // namespace switchboard::e2e
