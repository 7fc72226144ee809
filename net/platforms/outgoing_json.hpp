#pragma once
// What is to be said, as JSON: the body of POST …/messages, and what a stored message keeps of it in its payload.
//
//   {"content"?, "contentType"?, "attachments"?:[{"type","url"?,"platformMediaId"?,"mime"?,"name"?}],
//    "quickReplies"?:[{"title","payload"?}], "buttons"?:[{"title","payload"? | "url"}],
//    "list"?:{"button","sections":[{"title"?,"rows":[{"title","payload"?,"description"?}]}]},
//    "template"?:{"name","language","components"?:[…]}, "flow"?:{"id","token"?,"button","screen"?,"data"?:{…}},
//    "replyTo"?, "private"?}
//
// An empty payload is the title. The bounds here are of what is read at all; each platform's own are fit()'s.

#include "domain/expected.hpp"
#include "domain/outgoing.hpp"
#include "net/platforms/unfit.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

inline constexpr std::size_t content_bytes_max = 64 * 1024;
inline constexpr std::size_t attachments_max = 20;
inline constexpr std::size_t choices_max = 100;  ///< quick replies, buttons
inline constexpr std::size_t sections_max = 20;
inline constexpr std::size_t rows_max = 100;  ///< of all sections together
inline constexpr std::size_t title_bytes_max = 512;
inline constexpr std::size_t payload_bytes_max = 2048;
inline constexpr std::size_t url_bytes_max = 4096;
inline constexpr std::size_t id_bytes_max = 1024;
inline constexpr std::size_t raw_json_bytes_max = 32 * 1024;  ///< template.components, flow.data
inline constexpr std::size_t json_depth_max = 24;

/// Refuses, by name: what is no JSON object, unknown or doubled members, wrong types, what is beyond the bounds above,
/// addresses that are not http(s), an empty message, a contentType that the rest does not make. Strings are valid UTF-8
/// afterwards.
[[nodiscard]] expected<domain::outgoing, unfit> read_outgoing(std::string_view json);

/// What the message is to those who read it: its first attachment's type, interactive where there is something to choose,
/// a template or a flow, else text.
[[nodiscard]] domain::content_type content_type_of(const domain::outgoing& what);

/// quickReplies, buttons, list, template, flow and private as a JSON object; empty where there are none.
[[nodiscard]] std::string payload_of(const domain::outgoing& what);
/// The way back, of a message whose content, attachments, reply_to and payload were stored. Other members of the payload
/// are let be.
[[nodiscard]] expected<domain::outgoing, unfit> outgoing_of(const domain::message& stored);

}  // namespace switchboard::net::platforms
