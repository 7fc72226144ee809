#pragma once
// Telegram updates as the Bot API sends them, for the tests of their normaliser.

#include "net/platforms/telegram.hpp"
#include "support.hpp"

namespace switchboard::net::platforms::testing {

inline constexpr std::string_view bot = "990011";

inline domain::unpacked_body normalise(std::string_view body) {
  auto out = telegram_functions().normalise(body, bot, {}, received_at);
  expect_sound(out);
  return out;
}

inline std::string update(std::string_view kind, std::string_view what, std::string_view id = "500") {
  std::string body = R"({"update_id":)";
  ((body += id) += ",\"") += kind;
  return ((body += "\":") += what) += '}';
}

inline std::string private_message(std::string_view rest) {
  std::string m =
      R"({"message_id":17,"date":1767225600,"from":{"id":4100,"is_bot":false,"first_name":"Ada","last_name":"L","username":"ada"},"chat":{"id":4100,"first_name":"Ada","last_name":"L","username":"ada","type":"private"},)";
  return (m += rest) += '}';
}
inline std::string group_message(std::string_view rest) {
  std::string m =
      R"({"message_id":18,"date":1767225600,"from":{"id":4100,"is_bot":false,"first_name":"Ada"},"chat":{"id":-1001234567890,"title":"G","type":"supergroup"},)";
  return (m += rest) += '}';
}

inline domain::inbound_event message(std::string_view rest) {
  return only(normalise(update("message", private_message(rest))));
}

}  // namespace switchboard::net::platforms::testing
