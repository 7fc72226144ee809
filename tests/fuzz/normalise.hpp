#pragma once
// What must hold for a normaliser whatever the bytes: no crash, the same twice, nothing dropped.

#include "net/platforms/platform.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace switchboard::fuzz {

inline void normalise(net::platforms::kind k, const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto& f = net::platforms::functions_of(k);
  const domain::timestamp now{std::chrono::seconds{1'795'248'000}};
  const auto once = f.normalise(body, "110201543", {}, now);
  const auto again = f.normalise(body, "110201543", {}, now);
  if (once.events.empty() && once.rejected.empty()) std::abort();
  if (once.events.size() != again.events.size() || once.rejected.size() != again.rejected.size())
    std::abort();
  for (const auto& e : once.events) {
    if (e.thread_key.empty()) std::abort();
  }
}

}  // namespace switchboard::fuzz
