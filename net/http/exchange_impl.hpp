#pragma once
// The exchange that handlers hold: one request of one connection, and the promise that it is answered once.

#include "net/http/exchange.hpp"

#include <atomic>
#include <memory>

namespace switchboard::net::http {

class connection;
class io_thread;

/// A line in the log of a handler's failure: which request, and what was thrown (or that it was dropped).
void report_dropped(const request& r, std::string_view what);

class exchange_impl final : public exchange {
 public:
  exchange_impl(std::shared_ptr<connection> c, std::uint64_t generation);
  ~exchange_impl() override;
  exchange_impl(const exchange_impl&) = delete;
  exchange_impl& operator=(const exchange_impl&) = delete;

  [[nodiscard]] const http::request& request() const override;
  void respond(response r) override;
  [[nodiscard]] std::uint32_t io_thread() const override;
  [[nodiscard]] channel_ptr stream(std::string_view id) override;
  [[nodiscard]] bool is_websocket_upgrade() const override;
  void accept_websocket(std::string subprotocol, header_list headers,
                        std::function<void(channel_ptr)> ready) override;
  void post(std::function<void()> f) override;

  /// respond() on the I/O thread itself; for server::respond_all.
  void respond_here(response&& r);

 private:
  /// True for the first of all that want to end it.
  [[nodiscard]] bool end() { return !ended_.exchange(true, std::memory_order_acq_rel); }

  std::shared_ptr<connection> connection_;
  std::uint64_t generation_;
  std::atomic<bool> ended_{false};
};

}  // namespace switchboard::net::http
