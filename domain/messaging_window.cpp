#include "domain/messaging_window.hpp"

#include "domain/words.hpp"

namespace switchboard::domain {
namespace {

constexpr word_table<3> mode_words{"standard", "human-agent", "template"};
static_assert(distinct(mode_words));

[[nodiscard]] bool has_window(platform p) {
  return p == platform::facebook || p == platform::instagram || p == platform::whatsapp;
}

[[nodiscard]] std::string since(timestamp closed) {
  return "since " + to_rfc3339(closed);
}

/// No window was ever open: there are receipts, a notice or our own words, and nothing of his.
[[nodiscard]] window_closed never_open(platform p) {
  window_closed why;
  why.detail = "the customer has not written here, and only what he wrote can be answered; ";
  if (p == platform::whatsapp) why.allowed = {"template"};
  why.detail += p == platform::whatsapp ? "send an approved template" : "wait until he writes";
  return why;
}

/// When the window for free answers closes, or closed; nullopt: the customer has not opened one.
[[nodiscard]] std::optional<timestamp> closes_at(const conversation& c) {
  std::optional<timestamp> at;
  if (c.last_inbound_at) at = *c.last_inbound_at + standard_window;
  if (c.last_from_ad_at && c.platform != platform::whatsapp) {
    at = std::max(at, std::optional<timestamp>(*c.last_from_ad_at + ad_window));
  }
  return at;
}

expected<send_mode, window_closed> may_reply_privately(const conversation& c, const window_question& q,
                                                       timestamp now) {
  if (c.platform != platform::facebook && c.platform != platform::instagram) {
    return unexpected{window_closed{
        .at = std::nullopt,
        .allowed = {"comment"},
        .detail = std::string(to_word(c.platform)) + " has no private replies; answer below the comment"}};
  }
  window_closed why;
  why.allowed = {"comment"};
  if (q.replied_at) {
    why.at = q.replied_at;
    why.used = true;
    why.detail = "a comment can be answered privately once, and this one was at " + to_rfc3339(*why.at) +
                 "; answer below the comment, or in the direct messages once the customer writes there";
    return unexpected{std::move(why)};
  }
  if (!q.comment_at) {
    why.detail =
        "a private reply answers a comment of the customer's, and none such is known here; name "
        "another in replyTo, or answer below the post";
    return unexpected{std::move(why)};
  }
  if (now < *q.comment_at + private_reply_window) return send_mode::standard;
  why.at = *q.comment_at + private_reply_window;
  why.detail = "a private reply can be sent for 7 days after the comment; that is over " + since(*why.at) +
               "; answer below the comment";
  return unexpected{std::move(why)};
}

}  // namespace

std::string_view to_word(send_mode value) {
  return word_of(mode_words, value);
}
std::optional<send_mode> send_mode_from_word(std::string_view word) {
  return value_of<send_mode>(mode_words, word);
}

expected<send_mode, window_closed> may_say(const conversation& c, const window_question& q, timestamp now) {
  const auto& word = c.last_inbound_at;
  if (q.privately) return may_reply_privately(c, q, now);
  if (q.approved) return send_mode::approved;
  if (c.kind != thread_kind::dm || !has_window(c.platform)) return send_mode::standard;
  const auto closes = closes_at(c);
  if (!closes) return unexpected{never_open(c.platform)};
  if (now < *closes) return send_mode::standard;
  window_closed why;
  why.at = closes;
  const bool by_ad = !word || *closes > *word + standard_window;
  const auto over = (by_ad ? "the 7 days after the customer came from an ad are over "
                           : "the 24 hours after the customer's last message are over ") +
                    since(*why.at);
  if (c.platform == platform::whatsapp) {
    why.allowed = {"template"};
    why.detail = over + "; send an approved template";
    return unexpected{std::move(why)};
  }
  const bool in_reach = word && now < *word + human_agent_window;
  const bool is_person = q.sender == sender_type::agent && q.is_known_person;
  if (in_reach && is_person && q.human_agent_allowed) return send_mode::human_agent;
  if (!in_reach) {
    if (word && is_person && q.human_agent_allowed)
      why.at = std::max(why.at, std::optional<timestamp>(*word + human_agent_window));
    why.detail = over + ", and so is any longer one; wait until the customer writes again";
  } else if (q.human_agent_allowed) {
    why.allowed = {"human-agent"};
    why.detail = over + "; until " + to_rfc3339(*word + human_agent_window) +
                 " a person may still answer, with an agent's own token";
  } else {
    why.detail = over +
                 "; the account's human_agent_tag is off, with which a person may answer for 7 days (the "
                 "platform must have granted it to the app)";
  }
  return unexpected{std::move(why)};
}

}  // namespace switchboard::domain
