// The public listener over TLS: webhooks in, streams out, and the commands against it.

#include "certificate.hpp"
#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "subscriber.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;

TEST(tls, webhooks_in_and_streams_out) {
  scratch place;
  const auto certificate = (place.path() / "certificate.pem").string(),
             key = (place.path() / "key.pem").string();
  write_certificate(certificate, key);
  setup s;
  s.server = "[server.tls]\ncertificate_file = " + json_string(certificate) +
             "\nkey_file = " + json_string(key) + "\n";
  engine_process engine(place.path());
  engine.configure(s.toml(engine.data()));
  engine.start();

  const wire_options trusted{.ca_file = certificate, .receive_buffer = 0};
  http_connection c(engine.port(), trusted);
  for (int i = 0; i < 20; ++i) {
    const auto a = deliver(c, "meta", whatsapp_text(acme_number, "1", "wamid." + std::to_string(i), "text"));
    ASSERT_EQ(a.status, 200) << a.body;
  }
  for (const auto kind : {stream_kind::sse, stream_kind::websocket, stream_kind::long_poll}) {
    stream_options o;
    o.kind = kind;
    o.socket = trusted;
    subscriber sub(o);
    ASSERT_TRUE(sub.connect(engine.port()));
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (sub.events().size() < 21 && std::chrono::steady_clock::now() < until)
      (void)sub.read(1 << 20, 100ms);
    EXPECT_EQ(sub.events().size(), 21U);
    EXPECT_EQ(sub.broken(), "");
  }
  // Who speaks plainly gets no answer that could be taken for one of the engine's.
  http_connection plain(engine.port());
  EXPECT_NE(deliver(plain, "meta", whatsapp_text(acme_number, "1", "wamid.plain", "text")).status, 200);

  const std::string url = "https://127.0.0.1:" + std::to_string(engine.port());
  const auto events = run_command({"events", "--url", url, "--from", "earliest"}, place.path(),
                                  {"SSL_CERT_FILE=" + certificate});
  EXPECT_EQ(events.code, 0) << events.err;
  EXPECT_EQ(std::count(events.out.begin(), events.out.end(), '\n'), 21);
  // Whose certificate does not verify now will not in a minute: there is nothing to try again for.
  std::ofstream(place.path() / "one.json") << whatsapp_text(acme_number, "1", "wamid.one", "text");
  const auto refused = run_command({"deliver", (place.path() / "one.json").string(), "--url", url, "--source",
                                    "meta", "--kind", "meta", "--secret", "demo-secret"},
                                   place.path(), {"SSL_CERT_FILE=/dev/null"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("SSL_CERT_FILE"), std::string::npos) << refused.err;
  EXPECT_EQ(refused.out.find("retries"), std::string::npos) << refused.out;
  const auto untrusted = run_command({"events", "--url", url}, place.path(), {"SSL_CERT_FILE=/dev/null"});
  EXPECT_EQ(untrusted.code, 1);
  EXPECT_THAT(untrusted.err, testing::HasSubstr("certificate"));
}

}  // namespace
}  // namespace switchboard::e2e
