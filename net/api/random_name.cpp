#include "net/api/random_name.hpp"

#include "domain/ids.hpp"

#include <openssl/rand.h>

#include <array>
#include <cstddef>

namespace switchboard::net::api {

std::optional<std::string> random_name(std::string_view prefix) {
  domain::thread_id random;
  std::array<unsigned char, sizeof(random.high) * 2> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return std::nullopt;
  for (std::size_t i = 0; i < 8; ++i) {
    random.high = random.high << 8 | bytes[i];
    random.low = random.low << 8 | bytes[8 + i];
  }
  std::string name(prefix);
  domain::append_base32(name, random);
  return name;
}

}  // namespace switchboard::net::api
