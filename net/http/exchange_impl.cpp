#include "net/http/exchange_impl.hpp"

#include "net/http/connection.hpp"
#include "net/http/sse_channel.hpp"
#include "net/http/websocket_channel.hpp"
#include "net/log.hpp"

namespace switchboard::net::http {

void report_dropped(const request& r, std::string_view what) {
  log::write_rarely(log::level::error, "request-dropped", "a request was answered 500",
                    {{"method", to_word(r.method)}, {"path", r.path}, {"why", what}});
}

exchange_impl::exchange_impl(std::shared_ptr<connection> c, std::uint64_t generation)
    : connection_(std::move(c)), generation_(generation) {}

exchange_impl::~exchange_impl() {
  if (!end()) return;
  report_dropped(connection_->request(), "the handler let go of it without an answer");
  auto& io = connection_->io();
  io.post([c = std::move(connection_), g = generation_] {
    c->answer(g, to_response({500, "internal", "Internal error", "", {}}));
  });
}

const http::request& exchange_impl::request() const {
  return connection_->request();
}

void exchange_impl::respond(response r) {
  if (!end()) return;
  if (connection_->io().here()) {
    connection_->answer(generation_, std::move(r));
    return;
  }
  connection_->io().post(
      [c = connection_, g = generation_, r = std::move(r)]() mutable { c->answer(g, std::move(r)); });
}

void exchange_impl::respond_here(response&& r) {
  if (end()) connection_->answer(generation_, std::move(r));
}

std::uint32_t exchange_impl::io_thread() const {
  return connection_->io().index();
}

channel_ptr exchange_impl::stream(std::string_view id) {
  if (!end()) return nullptr;
  return sse_channel::open(connection_, generation_, id);
}

bool exchange_impl::is_websocket_upgrade() const {
  return connection_->how().websocket;
}

void exchange_impl::accept_websocket(std::string subprotocol, header_list headers,
                                     std::function<void(channel_ptr)> ready) {
  if (!end()) return;
  websocket_channel::open(connection_, generation_, std::move(subprotocol), std::move(headers),
                          std::move(ready));
}

void exchange_impl::post(std::function<void()> f) {
  connection_->io().post(std::move(f));
}

}  // namespace switchboard::net::http
