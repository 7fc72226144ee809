#include "cli/sse_parser.hpp"

#include <charconv>

namespace switchboard::cli {

void sse_parser::restart() {
  partial_.clear();
  event_ = {};
  has_data_ = false;
  after_cr_ = false;
}

bool sse_parser::feed(std::string_view bytes, const std::function<void(sse_event&&)>& on_event) {
  while (!bytes.empty()) {
    if (after_cr_) {  // CR LF is one line end, also when the two came apart
      after_cr_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const auto end = bytes.find_first_of("\r\n");
    if (end == std::string_view::npos) {
      if (partial_.size() + bytes.size() > line_bytes_max) return false;
      partial_ += bytes;
      return true;
    }
    if (partial_.empty()) {
      line(bytes.substr(0, end), on_event);
    } else {
      if (partial_.size() + end > line_bytes_max) return false;
      partial_ += bytes.substr(0, end);
      const std::string whole = std::move(partial_);
      partial_.clear();
      line(whole, on_event);
    }
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
  }
  return true;
}

void sse_parser::line(std::string_view text, const std::function<void(sse_event&&)>& on_event) {
  if (text.empty()) {
    if (has_data_) on_event(std::move(event_));
    event_ = {};
    has_data_ = false;
    return;
  }
  const auto colon = text.find(':');
  if (colon == 0) return;  // a comment: the server's heartbeat
  const std::string_view field = text.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  } else if (field == "id") {
    if (value.find('\0') == std::string_view::npos) event_.id = value;
  } else if (field == "event") {
    event_.name = value;
  } else if (field == "retry") {
    std::uint32_t ms = 0;
    const auto [rest, ec] = std::from_chars(value.data(), value.data() + value.size(), ms);
    if (ec == std::errc{} && rest == value.data() + value.size()) retry_ms_ = ms;
  }
}

}  // namespace switchboard::cli
