#include "gate_reader.hpp"

#include "net/http/second_opinion.hpp"
#include "strict_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <vector>

namespace switchboard::fuzz {

namespace {

using namespace net::http;
using verdict = request_reading::verdict;

void refuse(gate_reading& r, int status) {
  r.is = verdict::refused;
  r.status = status;
}

void accept(gate_reading& r, std::size_t used, std::string_view body, std::span<const header> headers) {
  r.is = verdict::accepted;
  r.status = 200;
  r.used = used;
  r.method = to_word(r.how.method);
  r.target = r.how.target;
  r.http_1_0 = r.how.http_1_0;
  for (const auto& h : headers) r.fields.emplace_back(h.name, h.value);
  r.body = body;
}

void read_chunks(gate_reading& r, std::string_view bytes, std::size_t head, std::size_t step,
                 second_opinion& beast, std::span<const header> headers, const gate_limits& limits) {
  chunk_gate chunks;
  chunks.reset(test_body_bytes_max, limits.chunk_extension_bytes_max);
  std::size_t used = head;
  while (used < bytes.size()) {
    const auto p = chunks.feed(bytes.substr(used, step));
    used += p.used;
    if (p.is == chunk_gate::verdict::refused) return refuse(r, p.why.status);
    if (p.is == chunk_gate::verdict::more) continue;
    std::string raw(bytes.substr(head, used - head));
    if (!beast.decode_chunks(raw.data(), raw.size(), chunks.body_bytes())) return refuse(r, 400);
    return accept(r, used, std::string_view(raw).substr(0, chunks.body_bytes()), headers);
  }
}

}  // namespace

gate_reading read_by_gate(std::string_view bytes, std::size_t step) {
  const gate_limits limits;
  gate_reading r;
  std::size_t scanned = 0, seen = 0;
  head_scan scan;
  while (scan.is == head_scan::state::more && seen < bytes.size()) {
    seen = bytes.size() - seen > step ? seen + step : bytes.size();
    scan = scan_head(bytes.substr(0, seen), scanned, limits);
    scanned = scan.size;
  }
  if (scan.is == head_scan::state::refused) refuse(r, scan.why.status);
  if (scan.is != head_scan::state::complete) return r;
  const auto head = bytes.substr(0, scan.size);
  std::vector<header> headers;
  const auto how = check_head(head, limits, headers);
  if (!how) {
    refuse(r, how.error().status);
    return r;
  }
  r.how = *how;
  second_opinion beast;
  if (!beast.agrees(head, r.how, headers)) {
    refuse(r, 400);
  } else if (r.how.chunked) {
    read_chunks(r, bytes, scan.size, step, beast, headers, limits);
  } else if (r.how.content_length > test_body_bytes_max) {
    refuse(r, 413);
  } else if (bytes.size() - scan.size >= r.how.content_length) {
    accept(r, scan.size + r.how.content_length, bytes.substr(scan.size, r.how.content_length), headers);
  }
  return r;
}

request_reading read_by_beast(std::string_view bytes) {
  namespace beast = boost::beast;
  beast::http::request_parser<beast::http::string_body> parser;
  parser.eager(true);
  parser.body_limit(test_body_bytes_max);
  request_reading r;
  std::size_t used = 0;
  beast::error_code ec;
  while (!ec && !parser.is_done() && used < bytes.size()) {
    const auto n = parser.put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), ec);
    used += n;
    if (ec && ec != beast::http::error::need_more) {
      r.is = verdict::refused;
      r.status = 400;
      return r;
    }
  }
  if (!parser.is_done()) return r;
  const auto& m = parser.get();
  r.is = verdict::accepted;
  r.status = 200;
  r.used = used;
  r.method = std::string(m.method_string());
  r.target = std::string(m.target());
  r.http_1_0 = m.version() == 10;
  for (const auto& f : m) r.fields.emplace_back(std::string(f.name_string()), std::string(f.value()));
  r.body = m.body();
  return r;
}

std::optional<std::string> disagreement(std::string_view bytes, const request_reading& ours) {
  if (ours.is != verdict::accepted) return std::nullopt;
  const auto strict = read_strictly(bytes, test_body_bytes_max);
  if (strict.is == verdict::refused) return "the reference refuses it";
  if (strict.is == verdict::more) return "the reference waits for more";
  if (ours.used != strict.used) {
    return "it ends at " + std::to_string(ours.used) + ", by the reference at " + std::to_string(strict.used);
  }
  if (ours.body != strict.body) return "the bodies differ";
  if (ours.method != strict.method || ours.target != strict.target || ours.http_1_0 != strict.http_1_0)
    return "the request lines differ";
  if (ours.fields != strict.fields) return "the fields differ";
  return std::nullopt;
}

}  // namespace switchboard::fuzz
