// The normalisers: any bytes behind a good signature give events or rejected parts, the same each time; what they keep
// for us is JSON that parses, and what they reject can be tried again.

#include "net/platforms/bluesky_reading.hpp"
#include "net/platforms/json.hpp"
#include "net/platforms/platform.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <string>

namespace switchboard::fuzz {

namespace {

using namespace net::platforms;

constexpr domain::timestamp received_at{std::chrono::seconds{1'795'248'000}};
constexpr parse_limits limits{.depth_max = 64, .events_max = 200};

bool same(const domain::inbound_event& a, const domain::inbound_event& b) {
  return a.kind == b.kind && a.platform == b.platform && a.account_platform_id == b.account_platform_id &&
         a.thread == b.thread && a.thread_key == b.thread_key && a.thread_parent == b.thread_parent &&
         a.customer_platform_id == b.customer_platform_id && a.customer_name == b.customer_name &&
         a.direction == b.direction && a.sender == b.sender && a.sender_id == b.sender_id &&
         a.platform_message_id == b.platform_message_id && a.version == b.version && a.content == b.content &&
         a.attachments.size() == b.attachments.size() && a.reply_to == b.reply_to && a.payload == b.payload &&
         a.reaction_emoji == b.reaction_emoji && a.status == b.status && a.watermark == b.watermark &&
         a.at == b.at;
}

void check(const domain::inbound_event& e) {
  hold(!e.thread_key.empty(), "each event has a thread");
  hold(e.kind == domain::inbound_kind::status || e.kind == domain::inbound_kind::profile ||
           !e.platform_message_id.empty(),
       "what is about a message names it");
  if (e.payload.empty()) return;
  simdjson::dom::parser parser;  // not the thread's own: the events outlive it
  simdjson::dom::element root;
  hold(parser.parse(e.payload).get(root) == simdjson::SUCCESS && root.is_object(),
       "a payload is a JSON object");
}

void normalise(kind which, std::string_view body) {
  const auto& f = functions_of(which);
  const auto once = f.normalise(body, "110201543", limits, received_at);
  const auto again = f.normalise(body, "110201543", limits, received_at);
  hold(!once.events.empty() || !once.rejected.empty(), "nothing signed is dropped");
  hold(once.events.size() + once.rejected.size() <= limits.events_max, "no more parts than the limit");
  hold(std::equal(once.events.begin(), once.events.end(), again.events.begin(), again.events.end(), same),
       "the same events twice");
  hold(once.rejected.size() == again.rejected.size(), "the same rejected parts twice");
  for (const auto& e : once.events) check(e);
  for (const auto& part : once.rejected) {
    hold(!part.reason.empty(), "a rejected part says why");
    if (&part != &once.rejected.front() && part.raw.size() == body.size())
      continue;  // the whole body, tried already
    const auto replayed = f.normalise(part.raw, "110201543", limits, received_at);
    hold(std::any_of(replayed.rejected.begin(), replayed.rejected.end(),
                     [&](const auto& r) { return r.reason == part.reason; }),
         "a dead letter that is replayed is rejected for the same reason");
  }
}

/// The bytes as an entry of that object, so that a fuzzer need not find the way there first.
void normalise_entry(std::string_view object, std::string_view bytes) {
  std::string body = R"({"object":")";
  body.append(object).append(R"(","entry":[)").append(bytes).append("]}");
  normalise(kind::meta, body);
}

}  // namespace

void run_meta(std::string_view bytes) {
  normalise(kind::meta, bytes);
}
void run_page(std::string_view bytes) {
  normalise_entry("page", bytes);
}
void run_instagram(std::string_view bytes) {
  normalise_entry("instagram", bytes);
}
void run_whatsapp(std::string_view bytes) {
  normalise_entry("whatsapp_business_account", bytes);
}
void run_telegram(std::string_view bytes) {
  normalise(kind::telegram, bytes);
}
void run_x(std::string_view bytes) {
  normalise(kind::x, bytes);
}
void run_linkedin(std::string_view bytes) {
  normalise(kind::linkedin, bytes);
}
void run_bluesky(std::string_view bytes) {
  normalise(kind::bluesky, bytes);
  // The reader decides what is handed over at all: it may leave out nothing that would be an event.
  const std::string accounts[] = {"110201543"};
  const auto frame = read_jetstream_frame(bytes, accounts, limits);
  const auto body = functions_of(kind::bluesky).normalise(bytes, accounts[0], limits, received_at);
  const bool said = std::any_of(body.events.begin(), body.events.end(), [](const auto& e) {
    return e.kind == domain::inbound_kind::message || e.kind == domain::inbound_kind::edit;
  });
  const bool is_frame = frame && bytes.find("\"commit\"") != std::string_view::npos &&
                        bytes.find("\"notifications\"") == std::string_view::npos &&
                        bytes.find("\"logs\"") == std::string_view::npos &&
                        bytes.find("\"accounts\"") == std::string_view::npos;
  hold(!said || !is_frame || !frame->concerns.empty(), "what concerns an account is read");
  (void)read_notification_page(bytes, limits);
  (void)read_chat_log_page(bytes, limits);
}

}  // namespace switchboard::fuzz
