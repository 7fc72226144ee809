#include "net/client/webhook_signing.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace switchboard::net::client {

namespace {

/// Of what HMAC-SHA256 gives; empty: it gave nothing.
std::string base64_of_hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(), digest.data(),
           &size) == nullptr) {
    return {};
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE * 2> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {encoded.begin(), encoded.begin() + length};
}

}  // namespace

std::string webhook_message_id(std::string_view webhook, std::uint64_t event) {
  return "msg_" + std::string(webhook) + "_" + std::to_string(event);
}

std::string webhook_signature(std::span<const std::string> keys, std::string_view id, std::int64_t seconds,
                              std::string_view body) {
  std::string text{id};
  text += '.';
  text += std::to_string(seconds);
  text += '.';
  text += body;
  std::string all;
  for (const auto& key : keys) {
    const auto one = base64_of_hmac(key, text);
    if (one.empty()) return {};
    if (!all.empty()) all += ' ';
    all += "v1," + one;
  }
  return all;
}

std::vector<std::pair<std::string, std::string>> webhook_headers(std::span<const std::string> keys,
                                                                 std::string_view id, std::int64_t seconds,
                                                                 std::string_view body) {
  auto signature = webhook_signature(keys, id, seconds, body);
  if (signature.empty()) return {};
  return {{"content-type", "application/json"},
          {"user-agent", "switchboard"},
          {"webhook-id", std::string(id)},
          {"webhook-timestamp", std::to_string(seconds)},
          {"webhook-signature", std::move(signature)}};
}

}  // namespace switchboard::net::client
