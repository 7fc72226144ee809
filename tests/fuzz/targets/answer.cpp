// What a platform answers, which is as hostile as what it sends: any status, headers and body mean one end, the same each
// time, and never `sent` without an id. First byte: the platform; the next two: the status; then headers, one a line, an
// empty line, the body.

#include "net/platforms/bluesky_session.hpp"
#include "net/platforms/media.hpp"
#include "net/platforms/media_address.hpp"
#include "net/platforms/sending.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace switchboard::fuzz {

namespace {

using namespace net::platforms;

constexpr domain::timestamp now{std::chrono::seconds{1'795'248'000}};

void check(const domain::attempt_outcome& out, int status) {
  using domain::attempt_end;
  hold(out.end != attempt_end::sent || !out.platform_message_id.empty(), "what was sent has an id");
  hold(out.end != attempt_end::sent || (status >= 200 && status < 300), "only a success is one");
  hold(status < 300 || status >= 400 || out.end == attempt_end::refused, "a redirect is refused");
  hold(out.end == attempt_end::sent || !out.error.code.empty(), "what was not sent says why");
  hold(!out.retry_after || (out.retry_after->count() >= 0 && *out.retry_after <= std::chrono::hours{24}),
       "a wait is between nothing and a day");
}

void look(domain::platform on, domain::thread_kind kind, const answer& from) {
  domain::conversation c;
  c.platform = on;
  c.kind = kind;
  c.customer_platform_id = c.thread_key = "4100";
  domain::outgoing what;
  what.text = "Hi";
  const sending_account account{.platform_id = "1", .access_token = "t"};
  const send_request request{c, what, "m_1", account};
  const auto found = find_in({.sent = request, .handed_over = now}, from);
  hold((found.what == finding::end::found) == !found.platform_message_id.empty(), "what was found has an id");
}

/// Wherever an answer, or an address, sends us for an attachment: by https to a host with a name, and the token to the
/// platform's own only.
void check(const expected<media_call, media_failure>& next) {
  if (!next) return;
  const auto host = host_of_media(next->what.url);
  hold(host.has_value() && !next->of_operator, "it is fetched from a host with a name");
  const std::string_view trusted[] = {"lookaside.fbsbx.com", "ton.twitter.com", "ton.x.com",
                                      "graph.facebook.com"};
  const bool shown = !next->what.headers.empty();
  hold(!shown || std::find(std::begin(trusted), std::end(trusted), *host) != std::end(trusted),
       "the token is shown to the platform's own");
}

void fetch(domain::platform on, const answer& from) {
  domain::attachment what;
  what.type = "image";
  what.url = from.body;
  const sending_account account{.platform_id = "1", .access_token = "t"};
  const std::string more[] = {"media.example"};
  const media_request request{
      .platform = on, .account = account, .what = what, .more_hosts = more, .bytes_max = 1'000};
  check(first_media(request));
  check(next_media(request, from));
  what.platform_media_id = from.body;
  check(first_media(request));
  hold(!read_media(request, from, false) || from.status == 200, "only 200 is an attachment");
  const auto shown = shown_type(from.body, {}, {});
  hold(shown.find("svg") == std::string_view::npos && shown.find("html") == std::string_view::npos,
       "nothing is shown that could run");
}

}  // namespace

void run_answer(std::string_view bytes) {
  if (bytes.size() < 3) return;
  const auto on = static_cast<domain::platform>(static_cast<unsigned char>(bytes[0]) % 7);
  const int status =
      100 + (static_cast<unsigned char>(bytes[1]) * 256 + static_cast<unsigned char>(bytes[2])) % 500;
  bytes.remove_prefix(3);
  std::vector<field> headers;
  while (!bytes.empty()) {
    const auto line_end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view line = bytes.substr(0, line_end);
    bytes.remove_prefix(std::min(line_end + 1, bytes.size()));
    if (line.empty()) break;
    const auto colon = std::min(line.find(':'), line.size());
    headers.push_back({line.substr(0, colon), line.substr(std::min(colon + 1, line.size()))});
  }
  const answer from{status, headers, bytes};
  const call sent{.url = "https://a.example", .quotas = {{"a.bucket", 1}}};
  const auto once = read_answer(on, sent, from, now);
  check(once, status);
  hold(once == read_answer(on, sent, from, now), "the same end twice");
  look(on, domain::thread_kind::dm, from);
  look(on, domain::thread_kind::comment, from);
  fetch(on, from);
  const auto session = read_bluesky_session(from, now);
  hold(!session || !session->access_token.empty(), "a session has a token");
}

}  // namespace switchboard::fuzz
