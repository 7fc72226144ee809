#include "cli/webhook_requests.hpp"

// EVP copies its context on the heap for every message, which costs as much as hashing one. The SHA256_*
// functions are deprecated in OpenSSL 3 but hold their state in a plain struct that an assignment copies.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "cli/figures.hpp"

#include <openssl/sha.h>

#include <chrono>
#include <cstring>

namespace switchboard::cli {

namespace {

constexpr std::size_t phone_digits = 13;
constexpr std::size_t id_digits = 16;
constexpr std::size_t time_digits = 10;
constexpr std::uint64_t requests_between_clock_looks = 1'024;

void write_decimal(char* to, std::size_t digits, std::uint64_t value) {
  for (std::size_t i = digits; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

void write_hex(char* to, std::size_t digits, std::uint64_t value) {
  for (std::size_t i = digits; i-- > 0; value >>= 4) to[i] = "0123456789abcdef"[value & 15];
}

/// Neighbours in time should not be neighbours in the key space: real customers come in no order.
std::uint64_t spread(std::uint64_t number, std::uint64_t customers) {
  constexpr std::uint64_t prime = 2'654'435'761;  // larger than any count of customers here, so coprime to it
  return (number % customers) * (prime % customers) % customers;
}

}  // namespace

std::string message_marker(std::uint32_t run) {
  return format("wamid.HBgNNDkxNT%08x", run);
}

/// HMAC-SHA-256 with everything hashed beforehand that is the same in all bodies.
struct webhook_requests::hmac {
  SHA256_CTX inner{};  ///< key block and the constant start of the body
  SHA256_CTX outer{};
  std::size_t prefix_bytes = 0;

  hmac(std::string_view secret, std::string_view constant) : prefix_bytes(constant.size()) {
    std::array<unsigned char, SHA256_CBLOCK> key{};
    if (secret.size() > key.size()) {
      SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), key.data());
    } else {
      std::memcpy(key.data(), secret.data(), secret.size());
    }
    const auto start = [&key](SHA256_CTX& c, unsigned char pad) {
      auto block = key;
      for (auto& b : block) b = static_cast<unsigned char>(b ^ pad);
      SHA256_Init(&c);
      SHA256_Update(&c, block.data(), block.size());
    };
    start(inner, 0x36);
    start(outer, 0x5c);
    SHA256_Update(&inner, constant.data(), constant.size());
  }

  void sign(std::string_view body, char* hex) const {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256_CTX c = inner;
    SHA256_Update(&c, body.data() + prefix_bytes, body.size() - prefix_bytes);
    SHA256_Final(digest.data(), &c);
    c = outer;
    SHA256_Update(&c, digest.data(), digest.size());
    SHA256_Final(digest.data(), &c);
    for (const auto byte : digest) {
      *hex++ = "0123456789abcdef"[byte >> 4];
      *hex++ = "0123456789abcdef"[byte & 15];
    }
  }
};

webhook_requests::webhook_requests(const webhook_plan& plan) : plan_(plan) {
  std::string body = R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[)";
  for (std::uint32_t i = 0; i < plan_.messages_per_body; ++i) {
    if (i > 0) body += ',';
    append_message(body, slots_);
  }
  body += "]}]}";
  const std::size_t constant = slots_.front().wa_id;

  request_ = "POST " + plan_.path + " HTTP/1.1\r\nHost: " + plan_.host +
             "\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\nContent-Type: "
             "application/json\r\nContent-Length: " +
             std::to_string(body.size()) + "\r\nX-Hub-Signature-256: sha256=";
  signature_at_ = request_.size();
  request_.append(2 * SHA256_DIGEST_LENGTH, '0');
  request_ += "\r\n\r\n";
  body_at_ = request_.size();
  request_ += body;
  hmac_ = std::make_unique<hmac>(plan_.secret, std::string_view(request_).substr(body_at_, constant));
}

webhook_requests::~webhook_requests() = default;

void webhook_requests::append_message(std::string& body, std::vector<slots>& places) const {
  slots s{};
  const auto blank = [&body](std::size_t width) {
    const auto at = body.size();
    body.append(width, '0');
    return at;
  };
  body +=
      R"({"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":")";
  body += plan_.phone_number_id;
  body += R"("},"contacts":[{"profile":{"name":"Sheena Nelson"},"wa_id":")";
  s.wa_id = blank(phone_digits);
  body += R"("}],"messages":[{"from":")";
  s.from = blank(phone_digits);
  body += R"(","id":")";
  body += message_marker(plan_.run);
  s.id = blank(id_digits);
  body += R"(BIAERgSNkQ5QzA1RkQA","timestamp":")";
  s.timestamp = blank(time_digits);
  body +=
      R"(","type":"text","text":{"body":"Hello, is the blue jacket still there in size M? I would like to pick it up today if I can."}}]},"field":"messages"})";
  places.push_back(s);
}

std::string_view webhook_requests::next(std::uint64_t number) {
  if (next_clock_look_ == 0) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
    write_decimal(seconds_.data(), time_digits, plan_.written_at != 0 ? plan_.written_at : seconds);
    next_clock_look_ = requests_between_clock_looks;
  }
  --next_clock_look_;
  char* const body = request_.data() + body_at_;
  std::uint64_t message = number * plan_.messages_per_body;
  for (const auto& s : slots_) {
    write_decimal(body + s.wa_id, phone_digits,
                  4'915'000'000'000 + plan_.first_customer + spread(message, plan_.customers));
    std::memcpy(body + s.from, body + s.wa_id, phone_digits);
    write_hex(body + s.id, id_digits, message);
    std::memcpy(body + s.timestamp, seconds_.data(), time_digits);
    ++message;
  }
  hmac_->sign(std::string_view(request_).substr(body_at_), request_.data() + signature_at_);
  return request_;
}

}  // namespace switchboard::cli
