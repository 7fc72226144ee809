#pragma once
// net/ put together as gateway.cpp does it, on the fakes. Two brands, a token for each role of each, one of all.

#include "fake_engine.hpp"
#include "fake_server.hpp"
#include "net/admission.hpp"
#include "net/api/event_stream.hpp"
#include "net/api/router.hpp"
#include "net/api/tickets.hpp"
#include "net/backfill.hpp"
#include "net/media.hpp"
#include "net/webhook.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace switchboard::net::testing {

inline constexpr std::string_view words_of_roles[] = {"reader", "agent", "supervisor", "admin"};

/// The token of a role in a brand ("*": all) is "<brand>-<role>", its agent "<brand>-person", whom the brand has.
inline std::shared_ptr<config::settings> some_settings() {
  auto s = std::make_shared<config::settings>();
  s->version = "0123456789abcdef";
  for (const auto* brand : {"acme", "beta"})
    s->brands.push_back({.id = {brand}, .name = brand, .conversations = {}});
  s->sources.push_back({.id = {"meta"},
                        .kind = config::source_kind::meta,
                        .secrets = {"s3cret", "next"},
                        .verify_token = "verify"});
  s->accounts.push_back({.id = {"acme-wa"},
                         .brand = {"acme"},
                         .source = {"meta"},
                         .platform = domain::platform::whatsapp,
                         .platform_id = "1001",
                         .access_token = "t"});
  s->accounts.push_back({.id = {"beta-wa"},
                         .brand = {"beta"},
                         .source = {"meta"},
                         .platform = domain::platform::whatsapp,
                         .platform_id = "2002",
                         .access_token = "t"});
  for (const std::string brand : {"acme", "beta", "*"}) {
    for (std::uint8_t r = 0; r < 4; ++r) {
      s->tokens.push_back({.sha256 = api::token_digest(brand + "-" + std::string(words_of_roles[r])),
                           .brand = brand,
                           .role = static_cast<config::role>(r),
                           .agent = {brand + "-person"}});
    }
  }
  for (const std::string brand : {"acme", "beta"}) {
    s->queues.push_back({.id = {brand + "-support"}, .brand = {brand}});
    config::webhook_settings hook;
    hook.id = brand + "-hook";
    hook.brand = {brand};
    s->webhooks.push_back(std::move(hook));
    for (const auto* name : {"-person", "-other"})
      s->agents.push_back({.id = {brand + name}, .brand = {brand}});
  }
  s->index();
  return s;
}

class parts {
 public:
  explicit parts(std::shared_ptr<config::settings> s = some_settings())
      : settings(std::move(s)),
        engine(settings),
        server(io),
        credits(*settings),
        webhooks(credits, settings),
        stream(std::make_unique<api::event_stream>(engine, server)) {
    ctx.engine = &engine;
    ctx.server = &server;
    ctx.admission = &credits;
    ctx.webhooks = &webhooks;
    ctx.tickets = &tickets;
    ctx.media = &attachments;
    ctx.backfill = &history;
    ctx.stream = stream.get();
    ctx.reload = [this] { return reload_outcome{reload_problems, reload_recorded}; };
    webhooks.serve(&engine, &server);
    ctx.ready = true;
  }

  /// The engine's tickets hold credit: they go first, as serve.cpp ends the engine before the gateway.
  ~parts() {
    engine.ingested.clear();
    for (const auto& ch : channels) ch->forget();  // what a server does when it stops
  }
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;

  /// As the server does it: the head is asked first, then the whole request is handled.
  std::shared_ptr<fake_exchange> send(request_text text, http::listener l = http::listener::open) {
    auto x = std::make_shared<fake_exchange>(io, std::move(text));
    x->channel = channels.emplace_back(std::make_shared<fake_channel>(io));
    const auto& r = x->request();
    auto verdict = routes.head(l, r, r.body.size(), false);
    x->answer_headers = std::move(verdict.headers);
    if (verdict.refuse) {
      x->respond(std::move(*verdict.refuse));
    } else if (r.body.size() > verdict.body_bytes_max) {
      x->respond({.status = 413, .content_type = {}, .body = {}, .headers = {}});
    } else {
      permit = verdict.permit;
      routes.handle(l, x);
      if (x->answered()) permit.reset();
    }
    return x;
  }
  std::shared_ptr<fake_exchange> get(std::string target, std::string_view token = "acme-admin",
                                     std::vector<std::pair<std::string, std::string>> headers = {}) {
    if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + std::string(token));
    return send({http::method::get, std::move(target), std::move(headers), {}});
  }
  std::shared_ptr<fake_exchange> call(http::method m, std::string target, std::string body,
                                      std::string_view token = "acme-admin",
                                      std::vector<std::pair<std::string, std::string>> headers = {}) {
    if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + std::string(token));
    return send({m, std::move(target), std::move(headers), std::move(body)});
  }
  std::shared_ptr<fake_exchange> admin(std::string target, http::method m = http::method::get,
                                       std::string body = {}) {
    return send({m, std::move(target), {}, std::move(body)}, http::listener::admin);
  }

  loop io;
  std::vector<std::shared_ptr<fake_channel>> channels;
  std::shared_ptr<config::settings> settings;
  fake_engine engine;
  fake_server server;
  admission credits;
  webhook webhooks;
  std::chrono::steady_clock::time_point clock{};
  /// Reaches nothing.
  backfill history{{}};
  media attachments{{.client = {}, .may_reach = [](std::span<const std::uint8_t>) { return false; }}};
  api::ticket_office tickets{[this] { return clock; }};
  std::unique_ptr<api::event_stream> stream;
  api::context ctx;
  api::router routes{ctx};
  std::shared_ptr<const void> permit;
  std::vector<std::string> reload_problems;
  bool reload_recorded = true;
};

/// The n-th message of a conversation of that brand.
inline domain::event message_event(std::string brand = "acme", std::uint64_t n = 1) {
  using namespace std::chrono;
  domain::event e;
  e.type = domain::event_type::message_received;
  e.at = domain::timestamp(seconds(1'790'000'000 + n));
  e.sequence = n;
  auto& c = e.conversation.emplace();
  c.id = {.thread = {.high = 1, .low = brand == "acme" ? 1u : 2u}, .ordinal = 1};
  c.brand.value = brand;
  c.platform = domain::platform::whatsapp;
  c.account.value = brand + "-wa";
  c.customer.value = "cu_" + brand;
  c.customer_name = "Ana";
  c.thread_key = c.customer_platform_id = "5511999990000";
  c.version = n;
  c.created_at = c.updated_at = e.at;
  auto& m = e.message.emplace();
  m.id = {c.id, n};
  m.content = "message " + std::to_string(n);
  m.sender_id = "5511999990000";
  m.platform_message_id = "wamid." + std::to_string(n);
  m.sent_at = m.received_at = e.at;
  return e;
}

inline std::string conversation_of(std::string_view brand) {
  return domain::to_text(message_event(std::string(brand)).conversation->id);
}

}  // namespace switchboard::net::testing
