#include "net/deliveries.hpp"

#include "domain/public_address.hpp"
#include "net/client/webhook_signing.hpp"
#include "net/platforms/sending_parts.hpp"

#include <utility>
#include <vector>

namespace switchboard::net {
namespace {

/// What a receiver answers is its own; only the status is looked at.
constexpr std::uint64_t answer_bytes_max = 256u << 10;

client::options guarded(client::options o) {
  if (!o.may_reach) o.may_reach = domain::is_public_address;
  return o;
}

actors::delivery_outcome outcome_of(const client::result& r, domain::timestamp now) {
  actors::delivery_outcome out;
  if (r.what != client::reached::answered) {
    out.error = r.why.substr(0, domain::webhooks::error_bytes_max);
    return out;
  }
  std::vector<platforms::field> headers;
  for (const auto& [name, value] : r.headers) headers.push_back({name, value});
  const platforms::answer said{.status = r.status, .headers = headers, .body = {}};
  out.answer.status = static_cast<std::uint16_t>(r.status);
  out.answer.retry_after = platforms::retry_after_of(said, now);
  // Not what it says beside: that may be the event itself, and this is kept.
  if (!platforms::is_success(said)) out.error = "it answered " + std::to_string(r.status);
  if (r.status >= 300 && r.status < 400) out.error += ", and no redirect is followed: name the new url";
  return out;
}

}  // namespace

std::string delivery_body(std::string_view event, domain::timestamp at) {
  std::string body = "{\"timestamp\":\"" + domain::to_rfc3339(at) + "\",";
  body += event.substr(1);
  return body;
}

deliveries::deliveries(client::options o) : http_(guarded(std::move(o))) {}

void deliveries::deliver(actors::delivery_order what, std::function<void(actors::delivery_outcome)> done) {
  const auto& to = *what.to;
  client::request r;
  r.url = to.url;
  r.body = delivery_body(what.what->bytes, what.what->at);
  r.timeout = to.timeout;
  r.answer_bytes_max = answer_bytes_max;
  r.to_any_address = to.loopback;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(what.now.time_since_epoch()).count();
  r.headers = client::webhook_headers(to.keys, client::webhook_message_id(to.id, what.what->sequence),
                                      seconds, r.body);
  if (r.headers.empty()) return done({.answer = {}, .error = "it could not be signed"});
  http_.perform(std::move(r), [this, done = std::move(done), now = what.now](client::result&& result) {
    auto outcome = outcome_of(result, now);
    outcome.cut_off = result.what != client::reached::answered && stopping_.load();
    done(std::move(outcome));
  });
}

void deliveries::stop() {
  stopping_.store(true);
  http_.stop();
}

}  // namespace switchboard::net
