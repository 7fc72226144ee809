#include "storage/log.hpp"

namespace switchboard::storage {

std::string_view to_word(log_result result) {
  switch (result) {
    case log_result::ok:
      return "ok";
    case log_result::fenced:
      return "fenced";
    case log_result::unknown:
      return "unknown";
    case log_result::unavailable:
      return "unavailable";
    case log_result::trimmed:
      return "trimmed";
  }
  return "invalid";
}

}  // namespace switchboard::storage
