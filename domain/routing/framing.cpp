#include "domain/routing/framing.hpp"

#include <cstddef>

namespace switchboard::domain::routing {
namespace {

constexpr std::size_t number_bytes = 8;

}  // namespace

void append_number(std::string& out, std::uint64_t n) {
  for (std::size_t i = 0; i < number_bytes; ++i, n >>= 8) out.push_back(static_cast<char>(n & 0xff));
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out += text;
}

std::optional<std::uint64_t> take_number(std::string_view& from) {
  if (from.size() < number_bytes) return std::nullopt;
  std::uint64_t n = 0;
  for (std::size_t i = number_bytes; i-- > 0;) n = n << 8 | static_cast<unsigned char>(from[i]);
  from.remove_prefix(number_bytes);
  return n;
}

std::optional<std::string_view> take_text(std::string_view& from) {
  auto rest = from;
  const auto size = take_number(rest);
  if (!size || *size > rest.size()) return std::nullopt;
  from = rest.substr(*size);
  return rest.substr(0, *size);
}

}  // namespace switchboard::domain::routing
