#include "tests/fake_platform/jetstream.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

namespace switchboard::fake_platform {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;

constexpr std::chrono::seconds patience{60};

std::optional<std::uint64_t> cursor_in(const std::string& target) {
  constexpr std::string_view name = "cursor=";
  const auto at = target.find(name);
  if (at == std::string::npos) return std::nullopt;
  return std::stoull(target.substr(at + name.size()));
}

void reset(tcp::socket& s) {
  beast::error_code ignored;
  s.set_option(asio::socket_base::linger(true, 0), ignored);
  s.close(ignored);
}

}  // namespace

class jetstream::running {
 public:
  explicit running(const jetstream_options& o) : acceptor_(io_) {
    if (!o.certificate_file.empty()) {
      tls_.emplace(asio::ssl::context::tls_server);
      tls_->use_certificate_chain_file(o.certificate_file);
      tls_->use_private_key_file(o.key_file, asio::ssl::context::pem);
    }
    acceptor_.open(tcp::v4());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
    accepting_ = std::thread([this] { accept(); });
  }
  ~running() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
      for (auto* s : open_) ::shutdown(s->native_handle(), SHUT_RDWR);
    }
    changed_.notify_all();
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    accepting_.join();
    for (auto& t : connections_) t.join();
  }

  /// Whoever is connected has had them.
  void forget_before(std::uint64_t time_us) {
    const std::lock_guard lock(mutex_);
    kept_from_ = time_us;
  }
  void add(std::uint64_t time_us, std::string frame) {
    {
      const std::lock_guard lock(mutex_);
      frames_.emplace_back(time_us, std::move(frame));
    }
    changed_.notify_all();
  }
  void next(std::vector<stream_plan> plans) {
    const std::lock_guard lock(mutex_);
    plans_.assign(plans.begin(), plans.end());
  }
  [[nodiscard]] std::string url() const {
    return (tls_ ? "wss://127.0.0.1:" : "ws://127.0.0.1:") + std::to_string(port_);
  }
  [[nodiscard]] std::vector<std::string> targets() const {
    const std::lock_guard lock(mutex_);
    return targets_;
  }
  [[nodiscard]] bool wait_connections(std::size_t many) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return targets_.size() >= many; });
  }
  void drop_all() {
    const std::lock_guard lock(mutex_);
    for (auto* s : open_) ::shutdown(s->native_handle(), SHUT_RDWR);
    ++dropped_;
    changed_.notify_all();
  }

 private:
  void accept() {
    for (;;) {
      beast::error_code failed;
      tcp::socket s(io_);
      acceptor_.accept(s, failed);
      if (failed) return;
      connections_.emplace_back([this, s = std::move(s)]() mutable { serve(std::move(s)); });
    }
  }

  void serve(tcp::socket s) {
    if (!tls_) {
      websocket::stream<tcp::socket> stream(std::move(s));
      enter(stream.next_layer());
      talk(stream, stream.next_layer(), stream.next_layer());
      leave(stream.next_layer());
      return;
    }
    websocket::stream<asio::ssl::stream<tcp::socket>> stream(std::move(s), *tls_);
    auto& socket = stream.next_layer().next_layer();
    enter(socket);
    beast::error_code failed;
    stream.next_layer().handshake(asio::ssl::stream_base::server, failed);
    if (!failed) talk(stream, stream.next_layer(), socket);
    leave(socket);
  }

  void enter(tcp::socket& s) {
    const std::lock_guard lock(mutex_);
    open_.push_back(&s);
    if (ending_) ::shutdown(s.native_handle(), SHUT_RDWR);
  }
  void leave(tcp::socket& s) {
    const std::lock_guard lock(mutex_);
    open_.remove(&s);
  }

  /// Until the client, or the server as a whole, leaves.
  template <class Layer>
  static void wait_end(Layer& layer) {
    char byte = 0;
    beast::error_code failed;
    while (!failed) layer.read_some(asio::buffer(&byte, 1), failed);
  }

  template <class Stream, class Layer>
  void talk(Stream& stream, Layer& layer, tcp::socket& socket) {
    beast::flat_buffer buffer;
    beast::error_code failed;
    http::request<http::string_body> request;
    http::read(layer, buffer, request, failed);
    if (failed) return;
    stream_plan plan;
    unsigned dropped = 0;
    std::size_t at = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto from = cursor_in(std::string(request.target()));
      while (at < frames_.size() && (!from || frames_[at].first < std::max(*from, kept_from_))) ++at;
      if (!plans_.empty()) {
        plan = plans_.front();
        plans_.pop_front();
      }
      dropped = dropped_;
      targets_.emplace_back(request.target());
    }
    changed_.notify_all();
    if (plan.with == stream_fault::no_answer) return wait_end(layer);
    if (plan.with == stream_fault::refuse) {
      const std::string no = "HTTP/1.1 503 Told\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      asio::write(layer, asio::buffer(no), failed);
      return;
    }
    stream.accept(request, failed);
    if (failed) return;
    send(stream, layer, socket, plan, dropped, at);
  }

  /// The next frame behind `at`; nullopt: the end.
  std::optional<std::string> wait_frame(std::size_t& at, unsigned dropped) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ending_ || dropped_ != dropped || at < frames_.size(); });
    if (ending_ || dropped_ != dropped) return std::nullopt;
    return frames_[at++].second;
  }

  template <class Stream, class Layer>
  void send(Stream& stream, Layer& layer, tcp::socket& socket, stream_plan plan, unsigned dropped,
            std::size_t at) {
    beast::error_code failed;
    stream.text(true);
    for (std::size_t sent = 0; !failed; ++sent) {
      if (plan.with != stream_fault::none && sent >= plan.after)
        return misbehave(stream, layer, socket, plan.with);
      const auto frame = wait_frame(at, dropped);
      if (!frame) return;
      stream.write(asio::buffer(*frame), failed);
    }
  }

  template <class Stream, class Layer>
  static void misbehave(Stream& stream, Layer& layer, tcp::socket& socket, stream_fault how) {
    beast::error_code failed;
    if (how == stream_fault::close) {
      stream.close(websocket::close_code::going_away, failed);
    } else if (how == stream_fault::silence) {
      wait_end(layer);
    } else if (how == stream_fault::no_json) {
      stream.write(asio::buffer(std::string("{\"time_us\":")), failed);
      wait_end(layer);
    } else if (how == stream_fault::half_frame) {
      // The head of a text frame of 100 bytes, and ten of them.
      asio::write(layer, asio::buffer(std::string("\x81\x64{\"did\":\"di")), failed);
      reset(socket);
    } else {
      reset(socket);
    }
  }

  std::optional<asio::ssl::context> tls_;
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool ending_ = false;
  unsigned dropped_ = 0;
  std::vector<std::pair<std::uint64_t, std::string>> frames_;
  std::uint64_t kept_from_ = 0;
  std::deque<stream_plan> plans_;
  std::vector<std::string> targets_;
  std::list<tcp::socket*> open_;
  std::list<std::thread> connections_;
  std::thread accepting_;
};

jetstream::jetstream(jetstream_options o) : running_(std::make_unique<running>(o)) {}
jetstream::~jetstream() = default;

void jetstream::forget_before(std::uint64_t time_us) {
  running_->forget_before(time_us);
}
void jetstream::add(std::uint64_t time_us, std::string frame) {
  running_->add(time_us, std::move(frame));
}
void jetstream::next(std::vector<stream_plan> plans) {
  running_->next(std::move(plans));
}
std::string jetstream::url() const {
  return running_->url();
}
std::vector<std::string> jetstream::targets() const {
  return running_->targets();
}
bool jetstream::wait_connections(std::size_t many) const {
  return running_->wait_connections(many);
}
void jetstream::drop_all() {
  running_->drop_all();
}

}  // namespace switchboard::fake_platform
