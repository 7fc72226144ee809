#include "config/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace switchboard::config {

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, 32> hash{};
  // Fails only when OpenSSL cannot allocate its context.
  if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::bad_alloc();
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * hash.size());
  for (const unsigned char byte : hash) {
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

}  // namespace switchboard::config
