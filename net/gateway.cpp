#include "net/gateway.hpp"

#include "net/admission.hpp"
#include "net/api/event_stream.hpp"
#include "net/api/router.hpp"
#include "net/api/tickets.hpp"
#include "net/backfill.hpp"
#include "net/media.hpp"
#include "net/webhook.hpp"

#include <algorithm>
#include <thread>

namespace switchboard::net {

namespace {
constexpr std::chrono::milliseconds farewell_max{1'000};
constexpr std::chrono::milliseconds look_again{2};
}  // namespace

struct gateway::parts {
  parts(config::settings_ptr s, std::function<reload_outcome()> reload, client::options outbound)
      : settings(std::move(s)),
        credits(*settings),
        webhooks(credits, settings),
        attachments({.client = outbound}),
        history(std::move(outbound)) {
    ctx.admission = &credits;
    ctx.webhooks = &webhooks;
    ctx.tickets = &tickets;
    ctx.media = &attachments;
    ctx.backfill = &history;
    ctx.reload = std::move(reload);
  }

  config::settings_ptr settings;
  admission credits;
  webhook webhooks;
  media attachments;
  backfill history;
  api::ticket_office tickets;
  api::context ctx;
  std::shared_ptr<api::router> routes = std::make_shared<api::router>(ctx);
  // The stream is used by the server's threads: it goes after them.
  std::unique_ptr<api::event_stream> stream;
  std::unique_ptr<http::server> server;
};

gateway::gateway(config::settings_ptr settings, std::function<reload_outcome()> reload,
                 client::options outbound)
    : parts_(std::make_unique<parts>(std::move(settings), std::move(reload), std::move(outbound))) {}

gateway::~gateway() = default;

actors::engine::committed_handler gateway::committed_handler() {
  return [this](std::vector<actors::ticket_ptr>&& done) { parts_->webhooks.committed(std::move(done)); };
}

webhook& gateway::intake() {
  return parts_->webhooks;
}
void gateway::show(feeds* f) {
  parts_->ctx.feeds.store(f, std::memory_order_release);
}

expected<void, http::start_error> gateway::open(actors::engine& e) {
  auto& p = *parts_;
  p.ctx.engine = &e;
  auto server = http::server::start(p.settings, p.routes);
  if (!server) return unexpected{std::move(server).error()};
  p.server = std::move(*server);
  p.ctx.server = p.server.get();
  p.stream = std::make_unique<api::event_stream>(e, *p.server);
  p.ctx.stream = p.stream.get();
  p.webhooks.serve(&e, p.server.get());
  // Until all parts know each other the router answers 503.
  p.ctx.ready.store(true, std::memory_order_release);
  return {};
}

std::uint16_t gateway::port(http::listener l) const {
  return parts_->server->port(l);
}

std::uint32_t gateway::loops() const {
  return parts_->server->io_threads();
}

void gateway::post(std::uint32_t loop, std::function<void()> what) {
  parts_->server->post(loop, std::move(what));
}

void gateway::apply_settings(const config::settings_ptr& next) {
  auto& p = *parts_;
  p.settings = next;
  p.credits.apply_settings(*next);
  p.webhooks.apply_settings(next);
  p.server->apply_settings(next);
}

void gateway::announce_end() {
  if (parts_->server) parts_->server->announce_end();
}

bool gateway::close(std::chrono::milliseconds at_most) {
  parts_->history.stop();  // while there is an engine to take what it has in hand
  auto& p = *parts_;
  if (!p.server) return true;
  p.server->stop_accepting();
  p.stream->drain();
  const bool idle = p.server->wait_idle(at_most);
  p.attachments.stop();  // what it still answers needs the engine
  // Subscribers are no requests: they get a moment of their own to take what is under way to them and their
  // cursor behind it. One that takes nothing finds its place again by the cursor of its last event.
  const auto until = std::chrono::steady_clock::now() + std::min(at_most, farewell_max);
  while (p.stream->subscribers() > 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(look_again);
  p.server->stop();
  p.stream->stop();
  return idle;
}

}  // namespace switchboard::net
