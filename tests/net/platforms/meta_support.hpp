#pragma once
// What the tests of Meta's platforms share: a body around elements, and normalise() with a fixed clock.

#include "net/platforms/json.hpp"
#include "net/platforms/meta.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::platforms {

inline constexpr domain::timestamp test_now{std::chrono::seconds{1'700'000'000}};

inline domain::timestamp at_ms(std::int64_t value) {
  return domain::timestamp{std::chrono::milliseconds{value}};
}
inline domain::timestamp at_s(std::int64_t value) {
  return domain::timestamp{std::chrono::seconds{value}};
}

inline domain::unpacked_body normalise_meta(std::string_view body, const parse_limits& limits = {}) {
  return meta_functions().normalise(body, {}, limits, test_now);
}

inline std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& each : parts) {
    out += (out.empty() ? "" : ",") + each;
  }
  return out;
}

/// {"object":…,"entry":[{"id":"1000","time":…,"<list>":[elements]}]}
inline std::string envelope(std::string_view object_name, std::string_view list,
                            const std::vector<std::string>& elements,
                            std::string_view time = "1700000000123") {
  return R"({"object":")" + std::string{object_name} + R"(","entry":[{"id":"1000","time":)" +
         std::string{time} + R"(,")" + std::string{list} + R"(":[)" + joined(elements) + "]}]}";
}
inline std::string messenger_body(const std::vector<std::string>& elements) {
  return envelope("page", "messaging", elements);
}
inline std::string instagram_dm_body(const std::vector<std::string>& elements) {
  return envelope("instagram", "messaging", elements);
}
/// A page's or an Instagram account's change; entry.time in seconds.
inline std::string change_body(std::string_view object_name, std::string_view field_name,
                               std::string_view value) {
  return envelope(object_name, "changes",
                  {R"({"field":")" + std::string{field_name} + R"(","value":)" + std::string{value} + "}"},
                  "1700000050");
}

/// A DM element of customer 77 with this kind of thing in it.
inline std::string dm(std::string_view rest, std::string_view timestamp = "1699999999456") {
  return R"({"sender":{"id":"77"},"recipient":{"id":"1000"},"timestamp":)" + std::string{timestamp} + "," +
         std::string{rest} + "}";
}

/// The only event of a body; fails the test, and gives an empty one, if it isn't so.
inline domain::inbound_event only_event(const domain::unpacked_body& body) {
  EXPECT_EQ(body.events.size(), 1U);
  EXPECT_TRUE(body.rejected.empty()) << body.rejected[0].reason << ": " << body.rejected[0].detail;
  return body.events.empty() ? domain::inbound_event{} : body.events[0];
}
inline domain::rejected_part only_reject(const domain::unpacked_body& body) {
  EXPECT_TRUE(body.events.empty());
  EXPECT_EQ(body.rejected.size(), 1U);
  return body.rejected.empty() ? domain::rejected_part{} : body.rejected[0];
}

/// What every result must be, whatever the body was.
inline void expect_well_formed(const domain::unpacked_body& result, std::string_view body) {
  EXPECT_FALSE(result.events.empty() && result.rejected.empty()) << body;
  for (const domain::inbound_event& event : result.events) {
    EXPECT_FALSE(event.thread_key.empty()) << body;
    EXPECT_FALSE(event.account_platform_id.empty()) << body;
    if (event.kind != domain::inbound_kind::status && event.kind != domain::inbound_kind::profile) {
      EXPECT_FALSE(event.platform_message_id.empty()) << body;
    }
    if (!event.payload.empty()) {
      simdjson::dom::parser parser;
      simdjson::dom::object parsed;
      EXPECT_EQ(parser.parse(event.payload).get(parsed), simdjson::SUCCESS) << event.payload;
    }
  }
  for (const domain::rejected_part& part : result.rejected) {
    EXPECT_FALSE(part.reason.empty());
    EXPECT_EQ(part.raw.empty(), body.empty());
  }
}

}  // namespace switchboard::net::platforms
