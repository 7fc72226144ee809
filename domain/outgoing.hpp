#pragma once
// What is to be said to a customer: the body of POST …/messages, in no platform's form yet. One `outgoing` that has been
// fitted to its platform (net/platforms/sending.hpp) is one message there and one call of its API: what has to be
// split is split before it is queued, so that each part has an id, an order and an end of its own.

#include "domain/model.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain {

/// Who may go first where an account's limits make messages wait.
enum class lane : std::uint8_t { agent, bot, bulk };
[[nodiscard]] std::string_view to_word(lane);
[[nodiscard]] std::optional<lane> lane_from_word(std::string_view word);
/// People speak in the agents' lane, bots in theirs, and what many get is said by the system.
[[nodiscard]] lane lane_of(sender_type who);
[[nodiscard]] sender_type speaker_of(lane in);

/// A button. `payload` comes back when it is pressed; a link has an `url` instead.
struct outgoing_button {
  std::string title;
  std::string payload;
  std::string url;
  bool operator==(const outgoing_button&) const = default;
};

struct outgoing_row {
  std::string title;
  std::string payload;
  std::string description;
  bool operator==(const outgoing_row&) const = default;
};
struct outgoing_section {
  std::string title;
  std::vector<outgoing_row> rows;
  bool operator==(const outgoing_section&) const = default;
};
/// A list to choose one row from, behind a button.
struct outgoing_list {
  std::string button;
  std::vector<outgoing_section> sections;
  bool operator==(const outgoing_list&) const = default;
};

/// A message that the platform approved beforehand (WhatsApp).
struct outgoing_template {
  std::string name;
  std::string language;    ///< e.g. en_US
  std::string components;  ///< a JSON array in the platform's own form, or empty
  bool operator==(const outgoing_template&) const = default;
};

/// A form that the customer fills in (WhatsApp Flows).
struct outgoing_flow {
  std::string id;
  std::string token;   ///< comes back with the answer
  std::string button;  ///< what opens it
  std::string screen;  ///< the first one, or empty
  std::string data;    ///< a JSON object for that screen, or empty
  bool operator==(const outgoing_flow&) const = default;
};

struct outgoing {
  std::string text;  ///< also the caption of an attachment, and the body of buttons, lists and flows
  std::vector<attachment> attachments;         ///< each with an `url` or a `platform_media_id`
  std::vector<outgoing_button> quick_replies;  ///< offered until something is said
  std::vector<outgoing_button> buttons;        ///< part of the message
  std::optional<outgoing_list> list;
  std::optional<outgoing_template> approved;  ///< JSON `template`
  std::optional<outgoing_flow> flow;
  domain::lane lane = domain::lane::agent;
  std::string reply_to;    ///< the platform's id of the message that it answers, or empty
  bool privately = false;  ///< JSON `private`: to who wrote a comment, instead of below it
  bool operator==(const outgoing&) const = default;
};

/// Was this reply of ours said privately, to who wrote a comment? Its payload says so, by its last member
/// (net/platforms/outgoing_json.hpp).
[[nodiscard]] bool was_said_privately(const message& reply);

}  // namespace switchboard::domain
