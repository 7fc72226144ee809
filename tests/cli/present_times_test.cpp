#include "cli/present_times.hpp"

#include <gtest/gtest.h>

namespace switchboard::cli {
namespace {

const domain::timestamp present = *domain::parse_rfc3339("2026-11-22T12:00:00Z");

TEST(present_times, move_in_their_own_units_and_spellings) {
  struct row {
    const char *before, *after;
  };
  const row rows[] = {
      {R"({"timestamp":"1700000000","type":"text"})", R"({"timestamp":"1795348800","type":"text"})"},
      {R"({"date":1700000000})", R"({"date":1795348800})"},
      {R"({"timestamp":1700000000123})", R"({"timestamp":1795348800000})"},
      {R"({"time_us":1700000000123456})", R"({"time_us":1795348800000000})"},
      {R"({"sentAt":"2023-11-14T22:13:20.000Z"})", R"({"sentAt":"2026-11-22T12:00:00.000Z"})"},
      {R"([{"time":1700000000},{"time":1700000060}])", R"([{"time":1795348740},{"time":1795348800}])"},
      {R"({"created_timestamp":"1700000000000","read":{"watermark":1699999999000}})",
       R"({"created_timestamp":"1795348800000","read":{"watermark":1795348799000}})"},
      // What is going to end is no time of sending, and moves all the same.
      {R"({"timestamp":"1700000000","conversation":{"expiration_timestamp":"1700086400"}})",
       R"({"timestamp":"1795348800","conversation":{"expiration_timestamp":"1795435200"}})"},
      // Messenger's are milliseconds, whatever they look like; an entry's own are not.
      {R"({"entry":[{"time":12341,"messaging":[{"timestamp":1234567890}]}]})",
       R"({"entry":[{"time":12341,"messaging":[{"timestamp":1795348800000}]}]})"},
      {R"({"entry":[{"timestamp":1700000000,"standby":[{"timestamp":1700000000000}]}]})",
       R"({"entry":[{"timestamp":1795348800,"standby":[{"timestamp":1795348800000}]}]})"},
  };
  for (const auto& r : rows) EXPECT_EQ(with_present_times(r.before, present), r.after);
}

TEST(present_times, touch_nothing_else) {
  for (const char* body : {"", "{", "no JSON", R"({"id":1700000000,"text":"1700000000"})",
                           R"({"timestamp":"soon"})", R"({"timestamp":12})", R"({"timestamp":null})", "[]"}) {
    EXPECT_EQ(with_present_times(body, present), body);
  }
  EXPECT_EQ(with_present_times(
                R"({"id":18446744073709551615,"date":1700000000,"text":"\u00e4\"","n":[1,{}]})", present),
            R"({"id":18446744073709551615,"date":1795348800,"text":"ä\"","n":[1,{}]})");
}

}  // namespace
}  // namespace switchboard::cli
