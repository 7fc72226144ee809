#pragma once
// A listening socket: accepts, counts, refuses what is over the limits, and hands connections to I/O threads.

#include "net/http/connection.hpp"
#include "net/http/tls.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace switchboard::net::http {

/// Who is connected to one listener, in all and by address. From any thread.
class guest_book : public std::enable_shared_from_this<guest_book> {
 public:
  struct limits {
    std::uint32_t in_all, by_address;
  };
  /// A place for a peer until the result is dropped; null: over a limit. `exempt` ones count in all only.
  [[nodiscard]] std::shared_ptr<const void> admit(const std::string& address, bool exempt,
                                                  const limits& most);
  [[nodiscard]] std::uint64_t open() const;

 private:
  void leave(const std::string& address);
  mutable std::mutex mutex_;
  std::map<std::string, std::uint32_t> by_address_;
  std::uint64_t open_ = 0;
};

struct door_counters {
  counter accepted, refused;
};

/// Lives on I/O thread 0, all calls there but open() and port().
class door : public std::enable_shared_from_this<door> {
 public:
  door(listener which, std::vector<std::shared_ptr<io_thread>> threads, std::shared_ptr<guest_book> guests,
       std::shared_ptr<tls_context> tls);

  /// Binds and listens. Fails with one sentence.
  [[nodiscard]] expected<void, start_error> open(const config::endpoint& at);
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const door_counters& totals() const { return counters_; }
  void start() { await(); }
  /// Nobody new gets in, the handshakes under way still do: until close(). Any thread.
  void shut();
  void close();

 private:
  void await();
  [[nodiscard]] bool accept_one();
  void accept_all();
  void welcome(int descriptor, std::string address);
  void pause();

  const listener which_;
  const std::vector<std::shared_ptr<io_thread>> threads_;
  const std::shared_ptr<guest_book> guests_;
  const std::shared_ptr<tls_context> tls_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::uint16_t port_ = 0;
  std::size_t next_thread_ = 0;
  std::uint32_t being_refused_ = 0;
  door_counters counters_;
};

}  // namespace switchboard::net::http
