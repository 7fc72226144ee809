#include "net/http/transport.hpp"

#include "domain/kill_point.hpp"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace switchboard::net::http {
namespace {

constexpr std::size_t pieces_per_call_max = 256;

/// With kill points each answer goes out in pieces, so that there is a middle to be killed in.
void halve([[maybe_unused]] msghdr& message) {
#ifdef SWITCHBOARD_KILL_POINTS
  if (message.msg_iov[0].iov_len < 2) return;
  message.msg_iov[0].iov_len /= 2;
  message.msg_iovlen = 1;
#endif
}

class plain_transport final : public transport {
 public:
  explicit plain_transport(int descriptor) : descriptor_(descriptor) {}
  ~plain_transport() override { ::close(descriptor_); }
  plain_transport(const plain_transport&) = delete;
  plain_transport& operator=(const plain_transport&) = delete;

  io_state handshake() override { return io_state::ok; }

  io_result read(char* into, std::size_t room) override {
    const auto n = ::recv(descriptor_, into, room, 0);
    // A short read has emptied the socket: what comes later makes a new edge, so EAGAIN need not be asked
    // for.
    if (n > 0) return {io_state::ok, static_cast<std::size_t>(n), static_cast<std::size_t>(n) < room};
    if (n == 0) return {io_state::end, 0, true};
    return {again() ? io_state::would_block : io_state::failed, 0, true};
  }

  io_result write(std::span<const std::string_view> pieces) override {
    std::array<iovec, pieces_per_call_max> vectors;
    const auto count = std::min(pieces.size(), vectors.size());
    for (std::size_t i = 0; i < count; ++i) {
      vectors[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    halve(message);
    const auto n = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    SWITCHBOARD_KILL_POINT("half-answered");
    if (n >= 0) return {io_state::ok, static_cast<std::size_t>(n), false};
    return {again() ? io_state::would_block : io_state::failed, 0, false};
  }

  void end_writing() override { ::shutdown(descriptor_, SHUT_WR); }
  int descriptor() const override { return descriptor_; }
  bool tls() const override { return false; }

 private:
  static bool again() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }
  int descriptor_;
};

}  // namespace

std::unique_ptr<transport> make_plain_transport(int descriptor) {
  return std::make_unique<plain_transport>(descriptor);
}

}  // namespace switchboard::net::http
