#include "net/platforms/signature.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>

namespace switchboard::net::platforms {
namespace {

struct mac_context_deleter {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using mac_context = std::unique_ptr<EVP_MAC_CTX, mac_context_deleter>;

/// Fetching an algorithm takes a lock and hashing the key costs two blocks: both are done once per secret
/// and thread (measured, 520 bytes: 1.4 µs with the one-shot HMAC(), 0.5 µs with a keyed context).
class keyed_contexts {
 public:
  keyed_contexts() = default;
  keyed_contexts(const keyed_contexts&) = delete;
  keyed_contexts& operator=(const keyed_contexts&) = delete;
  ~keyed_contexts() {
    for (slot& each : slots_) {
      wipe(each);
    }
  }

  /// A context that is keyed with `secret` and ready for a message; null if OpenSSL fails.
  EVP_MAC_CTX* of(std::string_view secret) {
    for (slot& each : slots_) {
      // Both sides are ours: this comparison tells a stranger nothing.
      if (each.context && each.secret == secret) {
        return EVP_MAC_init(each.context.get(), nullptr, 0, nullptr) == 1 ? each.context.get() : nullptr;
      }
    }
    slot& replaced = slots_[next_++ % slots_.size()];
    wipe(replaced);
    replaced.context = make(secret);
    if (replaced.context) {
      replaced.secret = secret;
    }
    return replaced.context.get();
  }

 private:
  static constexpr std::size_t secrets_max = 16;
  struct slot {
    std::string secret;
    mac_context context;
  };

  static void wipe(slot& used) {
    OPENSSL_cleanse(used.secret.data(), used.secret.size());
    used.secret.clear();
    used.context.reset();  // OpenSSL cleanses the key itself
  }

  static mac_context make(std::string_view secret) {
    EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    if (algorithm == nullptr) {
      return nullptr;
    }
    mac_context context{EVP_MAC_CTX_new(algorithm)};
    EVP_MAC_free(algorithm);
    char digest_name[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
                                     OSSL_PARAM_construct_end()};
    const auto* key = reinterpret_cast<const unsigned char*>(secret.data());
    if (!context || EVP_MAC_init(context.get(), key, secret.size(), parameters) != 1) {
      return nullptr;
    }
    return context;
  }

  std::array<slot, secrets_max> slots_;
  std::size_t next_ = 0;
};

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t base64_chars = 43;  // 32 bytes, without the padding

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The value of a lower-case hex digit, -1 for anything else.
int nibble(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

std::optional<sha256_digest> hmac_sha256(std::string_view secret, std::string_view body) {
  return hmac_sha256(secret, {}, body);
}

std::optional<sha256_digest> hmac_sha256(std::string_view secret, std::string_view prefix,
                                         std::string_view body) {
  thread_local keyed_contexts contexts;
  if (secret.empty()) {
    return std::nullopt;  // to EVP_MAC_init, no key means "the one before"
  }
  EVP_MAC_CTX* const context = contexts.of(secret);
  sha256_digest digest;
  std::size_t written = 0;
  const auto update = [&](std::string_view part) {
    return part.empty() ||
           EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(part.data()), part.size()) == 1;
  };
  if (context == nullptr || !update(prefix) || !update(body) ||
      EVP_MAC_final(context, digest.data(), &written, digest.size()) != 1 || written != digest.size()) {
    return std::nullopt;
  }
  return digest;
}

std::string to_hex(const sha256_digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    text += digits[byte >> 4U];
    text += digits[byte & 0xFU];
  }
  return text;
}

std::optional<sha256_digest> from_hex(std::string_view digits) {
  sha256_digest digest;
  if (digits.size() != 2 * digest.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = nibble(digits[2 * i]);
    const int low = nibble(digits[2 * i + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    digest[i] = static_cast<unsigned char>(high * 16 + low);
  }
  return digest;
}

std::string to_base64(const sha256_digest& digest) {
  std::string text;
  text.reserve(base64_chars + 1);
  std::uint32_t bits = 0;
  int count = 0;  // of the low bits of `bits` that are not written yet
  for (const unsigned char byte : digest) {
    bits = bits << 8U | byte;
    for (count += 8; count >= 6; count -= 6) text += base64_alphabet[bits >> (count - 6) & 0x3FU];
  }
  text += base64_alphabet[bits << (6 - count) & 0x3FU];
  return text += '=';
}

std::optional<sha256_digest> from_base64(std::string_view text) {
  if (text.size() != base64_chars + 1 || text.back() != '=') {
    return std::nullopt;
  }
  sha256_digest digest;
  std::size_t written = 0;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text.substr(0, base64_chars)) {
    const auto value = base64_alphabet.find(c);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    if (count += 6; count >= 8) {
      count -= 8;
      digest[written++] = static_cast<unsigned char>(bits >> count & 0xFFU);
    }
  }
  const bool is_canonical = (bits & ((1U << count) - 1U)) == 0;
  return is_canonical ? std::optional{digest} : std::nullopt;
}

bool equal_constant_time(const sha256_digest& a, const sha256_digest& b) {
#ifdef SWITCHBOARD_FAULT_HALF_A_DIGEST  // planted in tests/attacks: what a forger could try 2^128 times less for
  return CRYPTO_memcmp(a.data(), b.data(), a.size() / 2) == 0;
#else
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
#endif
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  std::array<char, shared_token_bytes_max> padded_a{};
  std::array<char, shared_token_bytes_max> padded_b{};
  std::copy_n(a.data(), std::min(a.size(), padded_a.size()), padded_a.data());
  std::copy_n(b.data(), std::min(b.size(), padded_b.size()), padded_b.data());
  const bool same_bytes = CRYPTO_memcmp(padded_a.data(), padded_b.data(), padded_a.size()) == 0;
  const bool same_size = a.size() == b.size() && !a.empty() && a.size() <= shared_token_bytes_max;
  OPENSSL_cleanse(padded_a.data(), padded_a.size());
  OPENSSL_cleanse(padded_b.data(), padded_b.size());
  return same_bytes && same_size;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace switchboard::net::platforms
