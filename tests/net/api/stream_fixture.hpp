#pragma once
// Readers of the event stream, each kind of them, on a log in memory.

#include "parts.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::net::testing {

class stream_fixture : public ::testing::Test {
 protected:
  std::shared_ptr<fake_channel> sse(const std::string& query = "", std::string_view token = "acme-reader",
                                    std::vector<std::pair<std::string, std::string>> headers = {}) {
    headers.emplace_back("Accept", "text/event-stream");
    last = p.get("/v1/events" + query, token, std::move(headers));
    p.io.run();
    return last->channel;
  }
  std::shared_ptr<fake_channel> websocket(const std::string& query = "",
                                          std::vector<std::pair<std::string, std::string>> headers = {}) {
    headers.emplace_back("Upgrade", "websocket");
    last = p.get("/v1/events" + query, "acme-reader", std::move(headers));
    p.io.run();
    return last->channel;
  }
  storage::log_sequence commit(std::uint64_t n, const std::string& brand = "acme") {
    return p.engine.log.commit(message_event(brand, n));
  }
  void turn() { ASSERT_TRUE(p.io.run()); }

  std::shared_ptr<config::settings> settings = some_settings();
  parts p{settings};
  std::shared_ptr<fake_exchange> last;
};

}  // namespace switchboard::net::testing
