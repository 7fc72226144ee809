#include "normalise.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  switchboard::fuzz::normalise(switchboard::net::platforms::kind::telegram, data, size);
  return 0;
}
