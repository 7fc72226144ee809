// WhatsApp Cloud API: POST /{phone number}/messages (platforms.md §5). Our reference goes along as
// biz_opaque_callback_data and comes back in each status, so that a status which comes before the answer to this call is
// still known (trap 26).

#include "net/platforms/graph_api.hpp"
#include "net/platforms/whatsapp_body.hpp"

#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::quota;
using domain::thread_kind;

constexpr std::array<attachment_shape, 5> whatsapp_types = {
    {{"image", true}, {"video", true}, {"document", true}, {"audio", false}, {"sticker", false}}};

// Text 4096 characters (of which kind is not said: UTF-16 units), caption and interactive body 1024, 3 buttons x 20, id
// 256, list 10 rows x 24; description 72, row id 200, section title 24, list button 20, one link button [K].
constexpr message_shape message{
    .name = "a WhatsApp message",
    .text = {text_unit::utf16, 4096},
    .attachments = whatsapp_types,
    .caption = {text_unit::utf16, 1024},
    .choice_text = {text_unit::utf16, 1024},
    .quick_replies = {.max = 3,
                      .title_max = 20,
                      .payload_max = 256},  // as buttons, the nearest that there is
    .buttons = {.max = 3, .title_max = 20, .payload_max = 256, .links_max = 1, .links_alone = true},
    .list = {.rows_max = 10,
             .sections_max = 10,
             .button_max = 20,
             .row_title_max = 24,
             .description_max = 72,
             .section_title_max = 24,
             .payload_max = 200},
    .templates = true,
    .flows = true,
};

const message_shape* shape_for(thread_kind kind, bool privately) {
  return kind == thread_kind::dm && !privately ? &message : nullptr;
}

// 80 messages/s of a number, in and out together [D]; 20 where the Business app shares it, 1000 where WhatsApp has
// raised it, which only the account's messages_per_second says; 130429 where that is wrong. One in 6 s to a customer, of which
// some at once ([K]: about 45; fewer here).
constexpr std::array<quota, 2> whatsapp_quotas = {
    quota{.name = "whatsapp.messages",
          .of = quota::scope::account,
          .units = 80,
          .per = std::chrono::seconds{1},
          .tiered = true},
    quota{"whatsapp.pair", quota::scope::recipient, 1, std::chrono::milliseconds{6200}, 10},
};

expected<call, unfit> render_whatsapp(const send_request& r) {
  if (whatsapp_recipient_of(r).id.empty()) return no_recipient("neither number nor user id is known");
  return json_call(graph_url(r.account, facebook_graph, r.account.platform_id, "messages"),
                   r.account.access_token, whatsapp_body(r),
                   {{"whatsapp.messages", 1}, {"whatsapp.pair", 1}});
}

/// Both go through the customer's last message; typing marks it, and all before it, as read.
std::optional<call> status_call(const thread_request& r, bool typing) {
  if (r.last_inbound == nullptr || r.last_inbound->platform_message_id.empty()) return std::nullopt;
  call c = json_call(graph_url(r.account, facebook_graph, r.account.platform_id, "messages"),
                     r.account.access_token, whatsapp_read_body(r.last_inbound->platform_message_id, typing),
                     {{"whatsapp.messages", 1}});
  c.repeatable = true;
  return c;
}
std::optional<call> type_whatsapp(const thread_request& r) {
  return status_call(r, true);
}
std::optional<call> read_whatsapp(const thread_request& r) {
  return status_call(r, false);
}

domain::attempt_outcome read_whatsapp_answer(const call&, const answer& from, domain::timestamp now) {
  return read_graph_answer(from, now, {});
}

std::span<const quota> quotas_of_whatsapp() {
  return whatsapp_quotas;
}

/// The API has no list of messages: only a status tells, by our reference.
std::optional<call> look_up_whatsapp(const lookup_request&) {
  return std::nullopt;
}
finding find_whatsapp(const lookup_request&, const answer&) {
  return {};
}

}  // namespace

const sending_functions& whatsapp_sending() {
  static constexpr sending_functions functions{shape_for,        render_whatsapp,      type_whatsapp,
                                               read_whatsapp,    read_whatsapp_answer, quotas_of_whatsapp,
                                               look_up_whatsapp, find_whatsapp};
  return functions;
}

}  // namespace switchboard::net::platforms
