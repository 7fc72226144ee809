#include "net/platforms/verification.hpp"

#include <algorithm>

namespace switchboard::net::platforms {
namespace {

template <class IsIt>
std::optional<std::string_view> only(std::span<const field> fields, IsIt is_it) {
  std::optional<std::string_view> value;
  for (const field& each : fields) {
    if (!is_it(each.name)) {
      continue;
    }
    if (value) {
      return std::nullopt;
    }
    value = each.value;
  }
  return value;
}

}  // namespace

std::optional<std::string_view> only_header(std::span<const field> headers, std::string_view name) {
  return only(headers, [&](std::string_view each) { return equal_ignoring_case(each, name); });
}

std::optional<std::string_view> only_parameter(std::span<const field> query, std::string_view name) {
  return only(query, [&](std::string_view each) { return each == name; });
}

bool is_signed(std::span<const std::string> secrets, std::string_view prefix, std::string_view body,
               const sha256_digest& claimed) {
  bool verified = false;
  for (const std::string& secret : secrets) {
    const auto computed = hmac_sha256(secret, prefix, body);
    const bool equal = computed && equal_constant_time(*computed, claimed);
    verified = verified || equal;
  }
  return verified;
}

bool is_token(std::string_view text, std::string_view others, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
  });
}

}  // namespace switchboard::net::platforms
