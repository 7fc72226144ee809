// The body of POST …/messages: any bytes are read or refused by name; what was read comes back from what would be stored
// of it, and where a platform takes it, each part is one call whose body is JSON.

#include "net/platforms/json.hpp"
#include "net/platforms/outgoing_json.hpp"
#include "net/platforms/sending.hpp"
#include "tests/fuzz/targets.hpp"

#include <array>
#include <string>

namespace switchboard::fuzz {

namespace {

using namespace net::platforms;

constexpr std::array<domain::platform, 7> all_platforms = {
    domain::platform::facebook, domain::platform::instagram, domain::platform::whatsapp, domain::platform::x,
    domain::platform::linkedin, domain::platform::bluesky,   domain::platform::telegram};

void render_parts(domain::platform on, domain::thread_kind kind, const domain::outgoing& what) {
  const auto parts = fit(on, kind, domain::outgoing{what}, split_policy::split);
  if (!parts) return hold(!parts.error().code.empty() && !parts.error().detail.empty(), "a refusal says why");
  hold(!parts->empty() && parts->size() <= parts_max, "between one and the most parts");
  domain::conversation c;
  c.platform = on;
  c.kind = kind;
  c.customer_platform_id = c.thread_key = "4100";
  c.post_id = "post";
  const sending_account account{.platform_id = "1", .access_token = "t"};
  for (const auto& each : *parts) {
    hold(fit(on, kind, domain::outgoing{each}, split_policy::refuse).has_value(), "a part fits as it is");
    const send_request request{c, each, "m_1", account};
    const auto rendered = render(request);
    if (!rendered) continue;
    simdjson::dom::parser own;
    hold(own.parse(rendered->body).error() == simdjson::SUCCESS, "a call's body is JSON");
    hold(rendered->url.find_first_of(" \r\n") == std::string::npos, "an url is one word");
  }
}

}  // namespace

void run_outgoing(std::string_view bytes) {
  const auto what = read_outgoing(bytes);
  if (!what) return hold(!what.error().code.empty() && !what.error().detail.empty(), "a refusal says why");
  domain::message stored;
  stored.content = what->text;
  stored.attachments = what->attachments;
  stored.reply_to = what->reply_to;
  stored.payload = payload_of(*what);
  const auto back = outgoing_of(stored);
  hold(back && *back == *what, "what is stored is what was read");
  for (const auto on : all_platforms) {
    render_parts(on, domain::thread_kind::dm, *what);
    render_parts(on, domain::thread_kind::comment, *what);
  }
}

}  // namespace switchboard::fuzz
