// The HTTP gate: split or not it reads the same, and what it lets pass the strict reference reads alike; and what reads
// the head behind it.

#include "net/http/gate.hpp"

#include "net/api/websocket_request.hpp"
#include "net/http/forwarded.hpp"
#include "tests/fuzz/gate_reader.hpp"
#include "tests/fuzz/targets.hpp"

#include <string>
#include <vector>

namespace switchboard::fuzz {

namespace {

using verdict = request_reading::verdict;

/// What handlers ask of a head.
void read_behind(std::string_view bytes) {
  const net::http::gate_limits limits;
  const auto scan = net::http::scan_head(bytes, 0, limits);
  std::vector<net::http::header> headers;
  const auto how = net::http::check_head(bytes.substr(0, scan.size), limits, headers);
  hold(how.has_value(), "a head is right twice");
  net::http::request r;
  r.method = how->method;
  r.target = how->target;
  r.path = how->path;
  r.query = how->query;
  r.headers = headers;
  const auto client = net::http::client_behind_proxy(headers, "192.0.2.1");
  hold(net::http::is_address(client), "who is behind a proxy has an address");
  const std::vector<std::string> allowed{"https://desk.example"};
  (void)net::api::read_websocket_request(r, allowed);
}

}  // namespace

/// The first byte says where the pieces part.
void run_gate(std::string_view bytes) {
  if (bytes.size() < 2) return;
  const auto step = static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) % 64 + 1;
  const auto all = bytes.substr(1);
  const auto once = read_by_gate(all, all.size());
  const auto split = read_by_gate(all, step);
  hold(once.status == 0 || once.status == 200 || (once.status >= 400 && once.status < 600),
       "refusals have a status");
  hold((once.is == verdict::accepted) == (split.is == verdict::accepted),
       "what is right as a whole is so in pieces");
  if (once.is != verdict::accepted) return;
  hold(static_cast<const request_reading&>(once) == static_cast<const request_reading&>(split),
       "the same in pieces as whole");
  const auto differs = disagreement(all, once);
  hold(!differs, differs ? differs->c_str() : "");
  read_behind(all);
}

}  // namespace switchboard::fuzz
