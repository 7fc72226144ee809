#pragma once
// An HTTP request as handlers see it, and the response that they give. No Beast, no Asio in here.

#include "domain/histogram.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::net::http {

enum class method : std::uint8_t { get, head, post, put, patch, del, options };
[[nodiscard]] std::string_view to_word(method);  ///< "GET" …

struct header {
  std::string_view name;  ///< as received
  std::string_view value;
};

/// Views into the connection's buffer: valid until the exchange is answered.
struct request {
  http::method method = method::get;
  std::string_view target;  ///< as received
  std::string_view path;    ///< percent-decoding refused at the gate for paths; plain bytes
  std::string_view query;   ///< behind '?', raw
  std::span<const header> headers;
  std::string_view body;            ///< complete, unchunked
  std::string_view remote_address;  ///< of the peer, or of X-Forwarded-For behind a trusted proxy
  bool tls = false;

  /// First header of that name, any case.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  /// Decoded value of a query parameter; nullopt: absent. `query_all`: each of a repeated one.
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> query_all(std::string_view name) const;
};

/// Decodes %XX and '+'. nullopt: malformed, or a NUL or control byte in it.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

using header_list = std::vector<std::pair<std::string, std::string>>;  ///< name, value

struct response {
  int status = 200;
  std::string content_type;  ///< empty: no body
  std::string body;
  header_list headers;
  bool close = false;  ///< close the connection after it
  /// Is told how long the request, once it was there as a whole, waited until this answer is written. Null:
  /// nobody asks. Outlives the server.
  domain::histogram* timed_by = nullptr;
  /// Let go when the body has been written, or its connection is closed: a place under a limit that it takes up.
  std::shared_ptr<const void> place = {};
};

/// RFC 9457. `slug` names the problem: type https://switchboard.example/problems/<slug>, also `code`.
struct problem {
  int status = 400;
  std::string slug;
  std::string title;
  std::string detail;
  std::vector<std::pair<std::string, std::string>> members;  ///< further members, values already JSON
};
[[nodiscard]] response to_response(const problem& p);

}  // namespace switchboard::net::http
