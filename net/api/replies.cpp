// POST /v1/conversations/{id}/messages.
#include "domain/json.hpp"
#include "domain/outbound.hpp"
#include "domain/share.hpp"
#include "net/api/acting.hpp"
#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"
#include "net/platforms/outgoing_json.hpp"
#include "net/platforms/sending.hpp"

#include <algorithm>

namespace switchboard::net::api {

namespace {

/// What is known before the conversation is.
struct asked_reply {
  domain::conversation_id id;
  domain::outgoing what;
  std::string key;
};

void respond_unfit(const http::exchange_ptr& x, const platforms::unfit& why) {
  http::problem p;
  p.status = 422;
  p.slug = "cannot-be-sent";
  p.title = "This can't be sent so";
  p.detail = why.detail;
  std::string reason;
  domain::append_json_string(reason, why.code);
  p.members.emplace_back("reason", std::move(reason));
  if (!why.field.empty()) {
    std::string errors = "[{\"pointer\":";
    domain::append_json_string(errors, "/" + why.field);
    errors += ",\"detail\":";
    domain::append_json_string(errors, why.detail);
    p.members.emplace_back("errors", errors + "}]");
  }
  x->respond(http::to_response(p));
}

/// Who says it, by the lane that was asked for: agents speak for themselves, and for nobody else.
std::optional<domain::say> speaker(const call& c, const domain::outgoing& what) {
  domain::say s;
  using domain::lane;
  if (what.lane != lane::agent && c.who.role < config::role::supervisor) {
    respond_unfit(c.exchange, {.code = "lane-not-allowed",
                               .field = "lane",
                               .detail = "an agent's token speaks for its agent: leave `lane` out"});
    return std::nullopt;
  }
  s.sender = domain::speaker_of(what.lane);
  // A token that is no agent's speaks for its role.
  s.sender_id = c.who.agent.value.empty() ? std::string(to_word(c.who.role)) : c.who.agent.value;
  return s;
}

/// The first message; with `parts`, all of them, where it had to be more than one.
std::string answer_of(std::vector<std::string>&& messages) {
  auto first = messages.front();
  if (messages.size() == 1) return first;
  first.back() = ',';
  first += "\"parts\":[";
  for (auto& m : messages) {
    first += m;
    first += ',';
  }
  first.back() = ']';
  return first + '}';
}

/// Which pool of replies has no room for another.
enum class full_pool : std::uint8_t { none, all, brand };

full_pool pool_of(const actors::engine& engine, const std::string& brand) {
  const auto settings = engine.settings();
  const auto& l = settings->limits;
  if (engine.replies_waiting() >= l.sending_max) return full_pool::all;
  const auto share = domain::share_of(l.sending_max, l.brand_share_percent, settings->brands.size());
  return engine.replies_waiting(brand) >= share ? full_pool::brand : full_pool::none;
}

void respond_full(const context& ctx, const http::exchange_ptr& x, full_pool which) {
  if (which != full_pool::brand) {
    return x->respond(come_back(
        "outbox-full", "as many replies are on their way as limits.sending_max allows", retry_after(ctx)));
  }
  http::problem p;
  p.status = 429;
  p.slug = "brand-over-share";
  p.title = "Too many replies";
  p.detail =
      "as many replies of this brand are on their way as limits.brand_share_percent of sending_max allows";
  auto answer = http::to_response(p);
  answer.headers.emplace_back("Retry-After", std::to_string(retry_after(ctx).count()));
  x->respond(std::move(answer));
}

void respond_queued(const context& ctx, const http::exchange_ptr& x, full_pool full,
                    actors::command_result&& r) {
  if (r.refused && r.refused->why == domain::refusal::no_room) return respond_full(ctx, x, full);
  if (r.refused && r.refused->why == domain::refusal::nothing_to_answer)
    return respond_unfit(x, {.code = "unknown-message", .field = "replyTo", .detail = r.refused->detail});
  if (!r.refused && !r.failed && !r.undecided && !r.messages.empty()) {
    return respond_json(x, answer_of(std::move(r.messages)), 202);
  }
  respond_act(ctx, x, std::move(r));
}

/// With the conversation at hand: fitted to its platform, then its owner decides.
void queue(const call& c, const std::string& brand, const domain::conversation& at, asked_reply&& asked) {
  const auto settings = c.ctx->engine->settings();
  const auto* const account = settings->find_account(at.account.value);
  if (account == nullptr || account->access_token.empty()) {
    return respond_problem(
        c.exchange, 409, "account-cannot-send", "This account can't send",
        "account \"" + at.account.value + "\" has no access_token; add one to its [[account]] and reload");
  }
  auto s = speaker(c, asked.what);
  if (!s) return;
  s->id = asked.id;
  s->key = std::move(asked.key);
  s->human_agent_allowed = account->human_agent_tag;
  s->is_known_person = !c.who.agent.value.empty();
  const auto policy =
      account->split_long_texts ? platforms::split_policy::split : platforms::split_policy::refuse;
  auto parts = platforms::fit(at.platform, at.kind, std::move(asked.what), policy);
  if (!parts) return respond_unfit(c.exchange, parts.error());
  for (auto& part : *parts) {
    s->parts.push_back({.content = part.text,
                        .content_type = platforms::content_type_of(part),
                        .attachments = part.attachments,
                        .reply_to = part.reply_to,
                        .payload = platforms::payload_of(part),
                        .approved = part.approved.has_value(),
                        .privately = part.privately});
  }
  // Whether the key has made it already is for the conversation to say: a repetition is answered whatever is full.
  const auto full = pool_of(*c.ctx->engine, brand);
  s->has_room = full == full_pool::none;
  if (!s->has_room && s->key.empty()) return respond_full(*c.ctx, c.exchange, full);
  c.ctx->engine->execute(brand, *std::move(s),
                         [ctx = c.ctx, x = c.exchange, full](actors::command_result&& r) {
                           respond_queued(*ctx, x, full, std::move(r));
                         });
}

/// nullopt: answered.
std::optional<std::string> read_key(const call& c) {
  const auto key = c.exchange->request().find("idempotency-key").value_or(std::string_view{});
  const bool printable = std::all_of(key.begin(), key.end(), [](char k) { return k >= ' ' && k <= '~'; });
  if (key.size() <= domain::idempotency_key_bytes_max && printable) return std::string(key);
  respond_problem(c.exchange, 400, "bad-request", "Bad request",
                  "Idempotency-Key is at most " + std::to_string(domain::idempotency_key_bytes_max) +
                      " printable ASCII characters");
  return std::nullopt;
}

}  // namespace

void post_message(call&& c) {
  const auto id = domain::parse_conversation_id(c.arguments.at(0));
  if (!id) return respond_not_found(c.exchange);
  auto key = read_key(c);
  if (!key || !takes_acts(c)) return;
  auto& engine = *c.ctx->engine;
  auto what = platforms::read_outgoing(c.exchange->request().body);
  if (!what) return respond_unfit(c.exchange, what.error());
  auto asked =
      std::make_shared<asked_reply>(asked_reply{.id = *id, .what = *std::move(what), .key = *std::move(key)});
  auto brands = visible_brands(c.who, engine);
  read(std::move(c), [asked, brands = std::move(brands)](const call& by, const storage::views& v) {
    const auto brand = brand_of(v, brands, asked->id);
    if (!brand) return respond_not_found(by.exchange);
    const auto thread = v.load_thread(*brand, asked->id.thread);
    if (!thread) return respond_not_found(by.exchange);
    queue(by, *brand, thread->current, std::move(*asked));
  });
}

}  // namespace switchboard::net::api
