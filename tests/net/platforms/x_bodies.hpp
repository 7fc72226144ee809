#pragma once
// X's bodies, of the Account Activity API and of its successor, for the tests of their normaliser.

#include "net/platforms/x.hpp"
#include "support.hpp"

#include <string>
#include <string_view>

namespace switchboard::net::platforms::testing {

inline constexpr std::string_view us = "42";

inline domain::unpacked_body normalise_x(std::string_view body, std::string_view hint = us) {
  auto out = x_functions().normalise(body, hint, {}, received_at);
  expect_sound(out);
  return out;
}

inline std::string joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts) all += part;
  return all;
}

/// {"for_user_id":"42","<list>":[elements],…more}
inline std::string activity(std::string_view list, std::string_view elements, std::string_view more = {}) {
  return joined({R"({"for_user_id":"42",")", list, R"(":[)", elements, "]", more, "}"});
}
/// The successor's envelope, for account 42.
inline std::string envelope_x(std::string_view type, std::string_view payload,
                              std::string_view includes = {}) {
  return joined({R"({"data":{"event_uuid":"-2781149976877970683","filter":{"user_id":"42"},"event_type":")",
                 type, R"(","tag":"t","payload":)", payload, includes.empty() ? "" : R"(,"includes":)",
                 includes, "}}"});
}

inline std::string dm(std::string_view from, std::string_view to, std::string_view data = R"("text":"hi")",
                      std::string_view id = "1247299084244979717") {
  return joined({R"({"type":"message_create","id":")", id,
                 R"(","created_timestamp":"1586214250037","message_create":{"sender_id":")", from,
                 R"(","target":{"recipient_id":")", to, R"("},"message_data":{)", data, "}}}"});
}
inline constexpr std::string_view users =
    R"(,"users":{"7":{"id":"7","name":"Ada","screen_name":"ada","profile_image_url_https":"https://p/a.jpg"},"42":{"id":"42","name":"Acme","screen_name":"acme"}})";

/// A classic tweet of `author`.
inline std::string tweet(std::string_view id, std::string_view author, std::string_view rest) {
  return joined({R"({"created_at":"Wed Oct 10 20:19:24 +0000 2018","id":1,"id_str":")", id,
                 R"(","user":{"id":1,"id_str":")", author, R"(","name":"Ada","screen_name":"ada"},)", rest,
                 "}"});
}
inline std::string post(std::string_view id, std::string_view author, std::string_view rest) {
  return joined({R"({"id":")", id, R"(","author_id":")", author,
                 R"(","created_at":"2026-07-24T21:23:23.000Z",)", rest, "}"});
}
inline constexpr std::string_view includes_x =
    R"({"users":[{"id":"7","name":"Ada","username":"ada","profile_image_url":"https://p/a.jpg"},{"data":{"id":"42","name":"Acme","username":"acme"}}],"tweets":[{"id":"900","author_id":"42","text":"our post"}],"media":[{"media_key":"3_1","type":"photo","url":"https://m/1.jpg"}]})";

}  // namespace switchboard::net::platforms::testing
