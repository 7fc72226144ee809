#pragma once
// A request without a socket, and what it was answered.

#include "fake_channel.hpp"
#include "net/http/server.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::net::testing {

/// "GET", "/v1/events?from=latest", headers, body: owned here, viewed by the request.
struct request_text {
  http::method method = http::method::get;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

class fake_exchange final : public http::exchange {
 public:
  fake_exchange(loop& io, request_text text) : io_(io), text_(std::move(text)) {
    for (const auto& [name, value] : text_.headers) headers_.push_back({name, value});
    request_.method = text_.method;
    request_.target = text_.target;
    const std::string_view target = text_.target;
    const auto mark = target.find('?');
    request_.path = target.substr(0, mark);
    if (mark != std::string_view::npos) request_.query = target.substr(mark + 1);
    request_.headers = headers_;
    request_.body = text_.body;
    request_.remote_address = "127.0.0.1";
  }

  [[nodiscard]] const http::request& request() const override { return request_; }
  void respond(http::response r) override {
    const std::lock_guard lock{mutex_};
    ++ends;
    if (answer_) return;
    r.headers.insert(r.headers.end(), answer_headers.begin(), answer_headers.end());
    answer_ = std::move(r);
  }
  [[nodiscard]] std::uint32_t io_thread() const override { return 0; }
  [[nodiscard]] http::channel_ptr stream(std::string_view id) override {
    ++ends;
    if (channel) channel->last_id = id;
    return channel;
  }
  [[nodiscard]] bool is_websocket_upgrade() const override {
    const auto upgrade = request_.find("upgrade");
    return request_.method == http::method::get && upgrade && *upgrade == "websocket";
  }
  void accept_websocket(std::string subprotocol, http::header_list headers,
                        std::function<void(http::channel_ptr)> ready) override {
    ++ends;
    accepted_headers = std::move(headers);
    accepted = std::move(subprotocol);
    io_.post([ready = std::move(ready), ch = channel] { ready(ch); });
  }
  void post(std::function<void()> f) override { io_.post(std::move(f)); }

  [[nodiscard]] bool answered() const { return answer_.has_value(); }
  [[nodiscard]] const http::response& answer() const { return answer_.value(); }
  [[nodiscard]] int status() const { return answer_ ? answer_->status : 0; }
  [[nodiscard]] std::string header(std::string_view name) const {
    for (const auto& [n, v] : answer_->headers) {
      if (n == name) return v;
    }
    return {};
  }
  /// The problem's code; empty: no problem.
  [[nodiscard]] std::string code() const {
    constexpr std::string_view member = R"("code":")";
    const auto at = answer_ ? answer_->body.find(member) : std::string::npos;
    if (at == std::string::npos) return {};
    const auto from = at + member.size();
    return answer_->body.substr(from, answer_->body.find('"', from) - from);
  }

  http::header_list answer_headers;       ///< of the verdict over its head: go with whatever it is answered
  std::shared_ptr<fake_channel> channel;  ///< what it may become; null: the peer is gone
  std::optional<std::string> accepted;    ///< the subprotocol of the WebSocket that was accepted
  http::header_list accepted_headers;     ///< of its 101
  int ends = 0;                           ///< how often it was ended; exactly once is right

 private:
  loop& io_;
  request_text text_;
  std::vector<http::header> headers_;
  http::request request_;
  std::mutex mutex_;
  std::optional<http::response> answer_;
};

}  // namespace switchboard::net::testing
