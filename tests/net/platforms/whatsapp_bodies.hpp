#pragma once
// WhatsApp Cloud API bodies, for the tests of their normaliser. They go through the Meta envelope, as they
// come.

#include "net/platforms/meta.hpp"
#include "support.hpp"

namespace switchboard::net::platforms::testing::whatsapp {

inline domain::unpacked_body normalise(std::string_view body) {
  auto out = meta_functions().normalise(body, {}, {}, received_at);
  expect_sound(out);
  return out;
}

inline std::string envelope(std::string_view changes) {
  std::string body = R"({"object":"whatsapp_business_account","entry":[{"id":"900100","changes":[)";
  return (body += changes) += "]}]}";
}

inline constexpr std::string_view metadata =
    R"("messaging_product":"whatsapp","metadata":{"display_phone_number":"15550001111","phone_number_id":"77001"})";
inline constexpr std::string_view ada =
    R"({"profile":{"name":"Ada L"},"wa_id":"4915201","user_id":"DE.5551"})";

inline std::string change(std::string_view members, std::string_view field = "messages",
                          std::string_view contacts = ada) {
  std::string out = R"({"field":")";
  (out += field) += R"(","value":{)";
  out += metadata;
  if (!contacts.empty()) ((out += R"(,"contacts":[)") += contacts) += ']';
  if (!members.empty()) (out += ',') += members;
  return out += "}}";
}

/// A message from Ada; `rest` is its type and what belongs to that.
inline std::string said(std::string_view rest, std::string_view id = "wamid.A1") {
  std::string out = R"({"from":"4915201","id":")";
  (out += id) += R"(","timestamp":"1767225600",)";
  return (out += rest) += '}';
}
inline std::string messages(std::string_view list) {
  return (std::string{R"("messages":[)"} += list) += ']';
}
inline domain::inbound_event message(std::string_view rest) {
  return only(normalise(envelope(change(messages(said(rest))))));
}
inline domain::inbound_event status(std::string_view rest) {
  std::string list = R"("statuses":[{"id":"wamid.S1","timestamp":"1767225601","recipient_id":"4915201",)";
  (list += rest) += "}]";
  return only(normalise(envelope(change(list, "messages", ""))));
}

}  // namespace switchboard::net::platforms::testing::whatsapp
