#include "subscriber.hpp"

#include "cli/response_parser.hpp"
#include "json_text.hpp"

#include <stdexcept>

namespace switchboard::e2e {

namespace {

constexpr unsigned char opcode_close = 0x88;
constexpr std::string_view said_at_close = ": close ";

/// `field: value` of a block of SSE lines.
std::string field_of(std::string_view block, std::string_view name) {
  while (!block.empty()) {
    const auto end = block.find('\n');
    const auto line = block.substr(0, end);
    block = end == std::string_view::npos ? std::string_view{} : block.substr(end + 1);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(": "))
      return std::string(line.substr(name.size() + 2));
  }
  return {};
}

std::string header_of(std::string_view head, std::string_view name) {
  const auto at = head.find("\r\n" + std::string(name) + ": ");
  if (at == std::string_view::npos) return {};
  const auto value = head.substr(at + name.size() + 4);
  return std::string(value.substr(0, value.find("\r\n")));
}

}  // namespace

std::string subscriber::request() const {
  const auto& from = cursor_.empty() ? options_.from : cursor_;
  std::string target = "/v1/events?from=" + from + options_.query;
  headers h = options_.more;
  if (options_.ticket.empty()) {
    h.emplace_back("Authorization", "Bearer " + options_.token);
  } else {
    target += "&ticket=" + options_.ticket;
  }
  if (options_.kind == stream_kind::sse) {
    h.emplace_back("Accept", "text/event-stream");
  } else if (options_.kind == stream_kind::websocket) {
    h.emplace_back("Connection", "Upgrade");
    h.emplace_back("Upgrade", "websocket");
    h.emplace_back("Sec-WebSocket-Version", "13");
    h.emplace_back("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    h.emplace_back("Sec-WebSocket-Protocol", "switchboard.v1");
  } else {
    target += "&wait=20&limit=7";
  }
  return request_bytes("GET", target, h, {});
}

bool subscriber::connect(std::uint16_t port) {
  cut();
  refusal_ = {};
  close_code_.reset();
  close_reason_.clear();
  try {
    wire_ = std::make_unique<wire>(port, options_.socket);
  } catch (const std::runtime_error&) {
    return false;
  }
  if (wire_->send(request()) && (options_.kind == stream_kind::long_poll || take_head())) return true;
  wire_.reset();
  return false;
}

/// The answer's head; whatever follows stays in raw_.
bool subscriber::take_head() {
  const auto until = std::chrono::steady_clock::now() + patience;
  const int wanted = options_.kind == stream_kind::websocket ? 101 : 200;
  while (std::chrono::steady_clock::now() < until) {
    cli::response_shape shape;
    const auto state = cli::parse_response(raw_, shape);
    const bool whole = state == cli::parse_state::complete &&
                       (shape.status == wanted || raw_.size() >= shape.head_bytes + shape.body_bytes);
    if (whole) {
      if (shape.status != wanted) {
        refusal_.status = shape.status;
        refusal_.head = raw_.substr(0, shape.head_bytes);
        refusal_.body = raw_.substr(shape.head_bytes, shape.body_bytes);
        return false;
      }
      if (options_.kind == stream_kind::websocket) {
        cursor_ = header_of(std::string_view(raw_).substr(0, shape.head_bytes), "Switchboard-Cursor");
        if (cursor_.empty()) broken_ = "the 101 does not say where the stream begins";
      }
      raw_.erase(0, shape.head_bytes);
      return true;
    }
    const auto got = wire_->receive(raw_, std::chrono::milliseconds{1'000});
    if (state == cli::parse_state::malformed || got == wire_state::end || got == wire_state::reset)
      return false;
  }
  return false;
}

bool subscriber::read(std::size_t bytes_max, std::chrono::milliseconds quiet) {
  if (!take_bytes()) return false;  // what came with the head
  std::size_t taken = 0;
  while (wire_ && taken < bytes_max) {
    const auto before = raw_.size();
    const auto got = wire_->receive(raw_, quiet);
    if (got == wire_state::silence) return true;
    if (got != wire_state::bytes) {
      wire_.reset();
      return false;
    }
    taken += raw_.size() - before;
    if (!take_bytes()) return false;
  }
  return wire_ != nullptr;
}

bool subscriber::take_bytes() {
  if (options_.kind == stream_kind::sse) take_sse();
  if (options_.kind == stream_kind::websocket) take_websocket();
  if (options_.kind == stream_kind::long_poll && !take_page()) return false;
  return broken_.empty();
}

void subscriber::take_sse() {
  if (!dechunker_.feed(raw_, text_)) broken_ = "chunk framing";
  raw_.clear();
  std::size_t used = 0;
  for (auto end = text_.find("\n\n"); end != std::string::npos; end = text_.find("\n\n", used)) {
    const auto block = std::string_view(text_).substr(used, end - used);
    used = end + 2;
    const auto data = field_of(block, "data");
    const auto id = field_of(block, "id");
    if (block.starts_with(said_at_close)) {
      std::size_t digits = 0;
      const std::string said(block.substr(said_at_close.size()));
      close_code_ = static_cast<std::uint16_t>(std::stoul(said, &digits));
      close_reason_ = said.substr(std::min(said.size(), digits + 1));
    } else if (data.empty()) {
      if (!id.empty()) cursor_ = id;  // as a browser does: where the stream begins, or has moved on to
    } else {
      if (field_of(block, "event") != text_at(data, "/type")) broken_ = "event: is not the type of " + data;
      add(data, id);
    }
  }
  text_.erase(0, used);
}

void subscriber::take_websocket() {
  bool ok = true;
  std::vector<std::string> pings;
  const cli::framing_events on{
      .event = [&](std::string_view json) { add(json, text_at(json, "/cursor").value_or("")); },
      .ping = [&](std::string_view payload) { pings.emplace_back(payload); },
      .closed = [&](std::uint16_t code) { close_code_ = code; }};
  const auto used = cli::read_websocket(raw_, on, ok);
  if (!ok) broken_ = "WebSocket framing";
  for (const auto& p : pings) (void)wire_->send(cli::client_frame(10, p));
  if (close_code_) {  // its reason: the frame is the last thing that came
    const auto at = raw_.rfind(static_cast<char>(opcode_close), used);
    if (at != std::string::npos && at + 4 <= used) close_reason_ = raw_.substr(at + 4, used - at - 4);
  }
  raw_.erase(0, used);
}

/// One page an answer; the next request follows at once on the same connection.
bool subscriber::take_page() {
  for (;;) {
    cli::response_shape shape;
    if (cli::parse_response(raw_, shape) != cli::parse_state::complete) return true;
    const auto whole = shape.head_bytes + shape.body_bytes;
    if (raw_.size() < whole) return true;
    const auto body = raw_.substr(shape.head_bytes, shape.body_bytes);
    raw_.erase(0, whole);
    if (shape.status != 200) {
      refusal_.status = shape.status;
      refusal_.body = body;
      wire_.reset();
      return false;
    }
    for (const auto& e : elements_at(body, "/events")) add(e, text_at(e, "/cursor").value_or(""));
    cursor_ = text_at(body, "/cursor").value_or("");
    if (!wire_->send(request())) {
      wire_.reset();
      return false;
    }
  }
}

void subscriber::add(std::string_view json, std::string_view cursor) {
  const auto own = text_at(json, "/cursor");
  if (!own || *own != cursor) broken_ = "id: is not the cursor of " + std::string(json);
  cursor_ = cursor;
  events_.push_back({std::string(cursor), std::string(json)});
}

void subscriber::cut() {
  if (wire_) wire_->cut();
  wire_.reset();
  raw_.clear();
  text_.clear();
  dechunker_ = {};
}

}  // namespace switchboard::e2e
