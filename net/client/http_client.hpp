#pragma once
// Calls to other servers' HTTP APIs: libcurl's multi interface on one thread of its own, with its pool of connections.
//
// What a caller must know is whether the other side may have acted: a request that never left is told from one that left
// and got no answer. libcurl by itself sends a request again where a pooled connection turns out to be dead before its
// answer, which the other side may have acted on all the same; here it cannot, once a byte of the body has left
// (CURLOPT_READFUNCTION without a way to rewind: "necessary data rewind wasn't possible").
//
// TLS is verified, always; redirects are not followed; answers are bounded. HTTP/1.1, so that a lost connection is the
// doubt of one request and not of all that shared it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::net::client {

struct options {
  std::uint32_t connections_kept = 4'096;  ///< for the next requests, in all; one that is closed has to be made anew
  std::uint32_t connections_max =
      4'096;  ///< open, in all; further requests wait. No share of a host: most accounts share one
  std::chrono::milliseconds connect_timeout{5'000};
  std::uint64_t answer_bytes_max = 4u << 20;
  std::string user_agent = "switchboard";
  std::string ca_file = {};  ///< PEM, instead of the system's authorities; empty: these
  /// May a connection be made to this address (4 or 16 bytes, in network order)? Asked, on the client's thread, of the
  /// very one that is connected to, when its name has been resolved, and again before each request, also on a kept
  /// connection. With it, no proxy of the environment's is used: that would be who connects. Null: to any.
  std::function<bool(std::span<const std::uint8_t>)> may_reach = {};
};

struct request {
  std::string method = "POST";
  std::string url;  ///< http or https; may hold a secret: never logged
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::chrono::milliseconds timeout{20'000};  ///< of all of it
  std::uint64_t answer_bytes_max = 0;         ///< of the body; 0: the client's
  bool to_any_address = false;                ///< options::may_reach is not asked
  /// On a connection of its own: of a GET, which has no body to be sure by, libcurl sends a second one by itself where a pooled
  /// connection turns out to be dead, and the other side may have counted both.
  bool once = false;
  std::string leads_to =
      {};  ///< "address:port" that its host is taken to be, instead of asking a name server
};

enum class reached : std::uint8_t {
  answered,  ///< status, headers and body are the other side's
  not_sent,  ///< nothing that it could act on has left
  no_answer  ///< it has the request, or some of it, and gave no whole answer
};

/// Why there is no answer, where a caller must tell it from the others.
enum class cut : std::uint8_t { none, too_large, too_slow, address };

struct result {
  reached what = reached::not_sent;
  std::string why = {};  ///< of the last two, for a person; names no secret
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< names in lower case
  std::string body = {};
  cut by = cut::none;
};

/// The host that libcurl would connect to, without brackets, for a second opinion on an address; empty: it takes it for
/// none.
[[nodiscard]] std::string host_of(const std::string& url);

/// Thread-safe. `done` runs once for each request, on the client's thread (in perform() once it is stopped): it must only
/// hand over.
class http_client {
 public:
  using handler = std::function<void(result&&)>;

  explicit http_client(options o);
  ~http_client();  ///< stop()
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  void perform(request&& r, handler done);
  /// Ends everything: what had begun is told as it stands. Later ones are `not_sent`.
  void stop();

 private:
  class loop;
  std::unique_ptr<loop> loop_;
};

}  // namespace switchboard::net::client
