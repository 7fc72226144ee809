#include "net/http/sse_channel.hpp"

#include "net/http/response_format.hpp"

#include <array>
#include <charconv>

namespace switchboard::net::http {
namespace {

constexpr std::string_view retry_line = "retry: 2000\n";  // milliseconds a browser waits before it comes back

/// An event with an id and no data is not shown to the page, but the browser remembers its id.
std::string id_line(std::string_view id) {
  return id.empty() ? std::string{} : "id: " + std::string(id) + "\n";
}

void append_chunk_size(std::string& out, std::size_t n) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, n, 16).ptr;
  out.append(digits, end);
  out += "\r\n";
}

}  // namespace

sse_channel::sse_channel(std::shared_ptr<connection> c)
    : stream_channel(std::move(c)), chunked_(!connection_->how().http_1_0) {}

channel_ptr sse_channel::open(const std::shared_ptr<connection>& c, std::uint64_t generation,
                              std::string_view id) {
  auto made = std::make_shared<sse_channel>(c);
  if (!c->upgrade(generation, made)) {
    made->on_closed();
    return nullptr;
  }
  std::string head = "HTTP/1.1 200 OK\r\nDate: ";
  head += made->io_->date();
  head +=
      "\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
      "X-Content-Type-Options: nosniff\r\n";
  for (const auto& [name, value] : c->answer_headers()) append_header(head, name, value);
  if (made->chunked_) head += "Transfer-Encoding: chunked\r\n";
  head += "Connection: close\r\n\r\n";
  timer_wheel::disarm(*c);
  made->io_->counters().answered(200);
  made->write_control(head);
  made->write_text(std::string(retry_line) + id_line(id) + "\n");
  return made;
}

void sse_channel::write_text(std::string_view text) {
  if (!chunked_) {
    write_control(text);
    return;
  }
  std::string chunk;
  append_chunk_size(chunk, text.size());
  chunk += text;
  chunk += "\r\n";
  write_control(chunk);
}

void sse_channel::ping(std::string_view id) {
  write_text(id.empty() ? ": hb\n\n" : id_line(id) + "\n");
}

/// A comment: what is no event must not look like one. Browsers come back by themselves, at the last id.
void sse_channel::close(std::uint16_t code, std::string reason) {
  std::string text = ": close " + std::to_string(code);
  if (!reason.empty()) text += ' ';
  for (const char c : reason) text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;  // one line
  text += "\n\n";
  write_text(text);
  if (chunked_) write_control("0\r\n\r\n");
  end_after_control();
}

void sse_channel::frame(const std::vector<outgoing>& pieces, std::string& text, outbox& out) {
  if (chunked_) {
    std::size_t size = 0;
    for (const auto& p : pieces) size += p.head.size() + p.body.size() + p.tail.size();
    if (size == 0) return;  // an empty chunk would end the response
    append_chunk_size(text, size);
    out.add(text);
  }
  for (const auto& p : pieces) {
    out.add(p.head);
    out.add(p.body);
    out.add(p.tail);
  }
  if (chunked_) out.add("\r\n");
}

bool sse_channel::take_input() {
  // The peer has nothing to say; what it says is its end.
  std::array<char, 512> ignored;
  const auto r = connection_->read(ignored.data(), ignored.size());
  if (r.state == io_state::end || r.state == io_state::failed) drop();
  return r.state == io_state::ok;
}

}  // namespace switchboard::net::http
