#pragma once
// A request without a socket, whose answer can be waited for: the engine behind it is the real one and answers
// from its own threads.

#include "tests/net/api/fake_exchange.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::attacks {

using net::testing::fake_channel;
using net::testing::loop;
using net::testing::request_text;

class asked final : public net::http::exchange {
 public:
  asked(loop& io, request_text text) : io_(io), text_(std::move(text)) {
    for (const auto& [name, value] : text_.headers) headers_.push_back({name, value});
    const std::string_view target = text_.target;
    const auto mark = target.find('?');
    request_.method = text_.method;
    request_.target = target;
    request_.path = target.substr(0, mark);
    if (mark != std::string_view::npos) request_.query = target.substr(mark + 1);
    request_.headers = headers_;
    request_.body = text_.body;
    request_.remote_address = "127.0.0.1";
  }

  [[nodiscard]] const net::http::request& request() const override { return request_; }
  void respond(net::http::response r) override {
    const std::lock_guard lock{mutex_};
    if (!answer_) answer_ = std::move(r);
    changed_.notify_all();
  }
  [[nodiscard]] std::uint32_t io_thread() const override { return 0; }
  [[nodiscard]] net::http::channel_ptr stream(std::string_view id) override {
    open("SSE " + std::string(id));
    return channel_;
  }
  [[nodiscard]] bool is_websocket_upgrade() const override {
    return request_.method == net::http::method::get && request_.find("upgrade").has_value();
  }
  void accept_websocket(std::string subprotocol, net::http::header_list headers,
                        std::function<void(net::http::channel_ptr)> ready) override {
    std::string head = "101 " + subprotocol;
    for (const auto& [name, value] : headers) head += " " + name + ": " + value;
    open(std::move(head));
    io_.post([ready = std::move(ready), ch = channel_] { ready(ch); });
  }
  void post(std::function<void()> f) override { io_.post(std::move(f)); }

  // -- for the test ----------------------------------------------------------------------------------------
  /// False: no answer, and no stream, within the time that a busy machine may take.
  [[nodiscard]] bool wait() {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::seconds{60}, [&] { return answer_ || channel_; });
  }
  [[nodiscard]] bool done() {
    const std::lock_guard lock{mutex_};
    return answer_ || channel_;
  }
  /// After wait().
  [[nodiscard]] const std::optional<net::http::response>& answer() const { return answer_; }
  [[nodiscard]] const std::shared_ptr<fake_channel>& channel() const { return channel_; }
  [[nodiscard]] const std::string& opening() const { return opening_; }

 private:
  void open(std::string head) {
    const std::lock_guard lock{mutex_};
    channel_ = std::make_shared<fake_channel>(io_);
    opening_ = std::move(head);
    changed_.notify_all();
  }

  loop& io_;
  request_text text_;
  std::vector<net::http::header> headers_;
  net::http::request request_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<net::http::response> answer_;
  std::shared_ptr<fake_channel> channel_;
  std::string opening_;
};

}  // namespace switchboard::attacks
