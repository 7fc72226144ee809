#include "net/http/second_opinion.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <cstring>
#include <limits>
#include <optional>

namespace switchboard::net::http {
namespace {

namespace beast = boost::beast;

beast::error_code disagreement() {
  return beast::http::make_error_code(beast::http::error::bad_value);
}

bool same_bytes(std::string_view ours, beast::string_view theirs) {
  return ours.size() == theirs.size() && (ours.empty() || ours.data() == theirs.data());
}

/// Compares each piece with the gate's instead of storing it.
class comparing_parser : public beast::http::basic_parser<true> {
 public:
  comparing_parser(const framing& gate, std::span<const header> fields) : gate_(gate), fields_(fields) {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // the gate has limited it
    body_limit(boost::none);
  }

  [[nodiscard]] std::size_t fields_seen() const { return fields_seen_; }
  void decode_to(char* to) { decoded_ = to; }
  [[nodiscard]] const char* decoded_end() const { return decoded_; }

 private:
  void on_request_impl(beast::http::verb, beast::string_view word, beast::string_view target, int version,
                       beast::error_code& ec) override {
    const auto ours = to_word(gate_.method);
    if (word.size() != ours.size() || std::memcmp(word.data(), ours.data(), ours.size()) != 0 ||
        !same_bytes(gate_.target, target) || version != (gate_.http_1_0 ? 10 : 11)) {
      ec = disagreement();
    }
  }
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     beast::error_code& ec) override {
    if (fields_seen_ == fields_.size() || !same_bytes(fields_[fields_seen_].name, name) ||
        !same_bytes(fields_[fields_seen_].value, value)) {
      ec = disagreement();
    }
    ++fields_seen_;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view data, beast::error_code&) override {
    std::memmove(decoded_, data.data(), data.size());
    decoded_ += data.size();
    return data.size();
  }
  void on_response_impl(int, beast::string_view, int, beast::error_code& ec) override { ec = disagreement(); }
  void on_header_impl(beast::error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, beast::error_code&) override {}
  std::size_t on_body_impl(beast::string_view data, beast::error_code&) override { return data.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
  void on_finish_impl(beast::error_code&) override {}

  framing gate_;
  std::span<const header> fields_;
  std::size_t fields_seen_ = 0;
  char* decoded_ = nullptr;
};

}  // namespace

class second_opinion::parser {
 public:
  std::optional<comparing_parser> present;
};

second_opinion::second_opinion() : parser_(std::make_unique<parser>()) {}
second_opinion::~second_opinion() = default;

bool second_opinion::agrees(std::string_view head, const framing& gate, std::span<const header> fields) {
  auto& p = parser_->present.emplace(gate, fields);
  beast::error_code ec;
  const auto used = p.put(boost::asio::const_buffer(head.data(), head.size()), ec);
  if (ec || used != head.size() || !p.is_header_done() || p.fields_seen() != fields.size()) return false;
  if (p.chunked() != gate.chunked || p.keep_alive() != gate.keep_alive) return false;
  const auto length = p.content_length();
  return length.has_value() == gate.has_length && (!length || *length == gate.content_length);
}

bool second_opinion::decode_chunks(char* raw, std::size_t size, std::uint64_t body_bytes) {
  auto& p = *parser_->present;
  p.eager(true);
  p.decode_to(raw);
  beast::error_code ec;
  std::size_t used = 0;
  while (!p.is_done() && used < size) {  // each put() takes at least one byte or fails
    const auto n = p.put(boost::asio::const_buffer(raw + used, size - used), ec);
    used += n;
    if (ec && ec != beast::http::error::need_more) return false;
    if (n == 0) break;
  }
  return p.is_done() && used == size && p.decoded_end() == raw + body_bytes;
}

}  // namespace switchboard::net::http
