#include "account.hpp"

#include "cli/response_parser.hpp"
#include "cli/sockets.hpp"
#include "cli/stream_framing.hpp"
#include "tests/e2e/json_text.hpp"
#include "tests/e2e/wire.hpp"

#include <charconv>
#include <limits>
#include <stdexcept>

namespace switchboard::load {

namespace {

constexpr std::size_t number_digits = 16;
constexpr std::size_t named_max = 5;
constexpr std::size_t read_bytes = 1u << 20;
constexpr std::chrono::seconds patience{60};

std::uint64_t number_in(std::string_view digits, int base) {
  std::uint64_t n = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), n, base);
  return n;
}

void say(std::vector<std::string>& out, std::uint64_t& count, std::string what) {
  if (++count <= named_max) out.push_back(std::move(what));
}

/// The cursor of the log's end.
std::string end_of_log(std::uint16_t port, std::string_view token) {
  e2e::http_connection c(port);
  const auto page =
      c.ask("GET", "/v1/events?from=latest&limit=1", {{"Authorization", "Bearer " + std::string(token)}});
  const auto cursor = e2e::text_at(page.body, "/cursor");
  if (page.status != 200 || !cursor)
    throw std::runtime_error("/v1/events answered " + std::to_string(page.status) + " " + page.body);
  return *cursor;
}

}  // namespace

std::string_view between(std::string_view text, std::string_view opening, std::string_view ends) {
  const auto at = text.find(opening);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + opening.size());
  return text.substr(0, text.find_first_of(ends));
}

void account::take(std::string_view json) {
  const auto sequence_text = between(json, R"("sequence":)", ",}");
  if (sequence_text.empty()) return;
  const auto subject = between(json, R"("subject":")", "\"");
  const auto [at, fresh] =
      index_.try_emplace(std::string(subject), static_cast<std::uint32_t>(last_sequence_.size()));
  if (fresh) last_sequence_.push_back(0);
  const auto sequence = number_in(sequence_text, 10);
  auto& last = last_sequence_[at->second];
  if (sequence != last + 1) {
    gaps_.push_back(std::string(subject) + ": sequence " + std::to_string(sequence) + " behind " +
                    std::to_string(last));
  }
  last = sequence;
  if (json.find(R"("type":"message.received")") == std::string_view::npos) return;
  const auto id = json.find(marker_);
  if (id == std::string_view::npos) return;
  messages_.push_back({number_in(json.substr(id + marker_.size(), number_digits), 16), at->second});
}

std::vector<std::string> account::compare(const std::vector<acknowledgement>& acks) const {
  std::vector<std::string> out(
      gaps_.begin(), gaps_.begin() + static_cast<std::ptrdiff_t>(std::min(gaps_.size(), named_max)));
  std::uint64_t gaps = gaps_.size(), lost = 0, doubled = 0, disordered = 0;
  std::unordered_map<std::uint64_t, const acknowledgement*> by_number;  // of bodies
  by_number.reserve(acks.size());
  for (const auto& a : acks) by_number.emplace(a.number, &a);
  std::unordered_map<std::uint64_t, unsigned> times;
  times.reserve(messages_.size());
  // Of each conversation: when the latest of those that came before in the log was sent. What was acknowledged
  // before that one left can't stand behind it.
  std::vector<std::int64_t> sent_before(last_sequence_.size(), std::numeric_limits<std::int64_t>::min());
  for (const auto& m : messages_) {
    if (++times[m.number] == 2) say(out, doubled, "message " + std::to_string(m.number) + " is there twice");
    const auto ack = by_number.find(m.number / per_body_);
    if (ack == by_number.end()) continue;
    auto& before = sent_before[m.conversation];
    if (ack->second->ended < before)
      say(out, disordered,
          "message " + std::to_string(m.number) +
              " was acknowledged before one that stands before it was sent");
    before = std::max(before, ack->second->sent);
  }
  for (const auto& a : acks) {
    for (std::uint64_t i = 0; i < per_body_; ++i) {
      if (!times.contains(a.number * per_body_ + i))
        say(out, lost,
            "message " + std::to_string(a.number * per_body_ + i) + " was acknowledged and is lost");
    }
  }
  if (gaps + lost + doubled + disordered > 0) {
    out.push_back("in all " + std::to_string(lost) + " lost, " + std::to_string(doubled) + " doubled, " +
                  std::to_string(disordered) + " out of order, " + std::to_string(gaps) + " gaps");
  }
  return out;
}

void read_log_into(account& a, std::uint16_t port, std::string_view token) {
  const auto last = end_of_log(port, token);
  const auto to = cli::resolve("127.0.0.1", port);
  if (!to) throw std::runtime_error(to.error());
  const auto socket = cli::connect_to(*to, patience);
  if (!socket) throw std::runtime_error(socket.error());
  const std::string ask =
      "GET /v1/events?from=earliest HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + std::string(token) +
      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: c3dpdGNoYm9hcmRiZW5jaA==\r\nSec-WebSocket-Protocol: switchboard.v1\r\n\r\n";
  (void)::send(socket->get(), ask.data(), ask.size(), MSG_NOSIGNAL);
  bool done = false, open = true, greeted = false;
  auto moved = clock::now();  // pings alone are no progress
  const cli::framing_events on{.event =
                                   [&](std::string_view json) {
                                     a.take(json);
                                     moved = clock::now();
                                     if (between(json, R"("cursor":")", "\"") == last) done = true;
                                   },
                               .ping =
                                   [&](std::string_view payload) {
                                     const auto pong = cli::client_frame(10, payload.substr(0, 125));
                                     (void)::send(socket->get(), pong.data(), pong.size(), MSG_NOSIGNAL);
                                   },
                               .closed = [&](std::uint16_t) { open = false; }};
  std::string bytes;
  std::vector<char> buffer(read_bytes);
  while (!done) {
    const auto n = ::recv(socket->get(), buffer.data(), buffer.size(), 0);
    if (n <= 0 || !open || clock::now() - moved > patience)
      throw std::runtime_error("the stream ended before the log's end");
    bytes.append(buffer.data(), static_cast<std::size_t>(n));
    std::size_t used = 0;
    if (!greeted) {
      cli::response_shape shape;
      if (cli::parse_response(bytes, shape) != cli::parse_state::complete) continue;
      if (shape.status != 101)
        throw std::runtime_error("the stream was answered " + std::to_string(shape.status));
      greeted = true;
      used = shape.head_bytes;
    }
    bool ok = true;
    used += cli::read_websocket(std::string_view(bytes).substr(used), on, ok);
    if (!ok) throw std::runtime_error("the stream holds what no stream may hold");
    bytes.erase(0, used);
  }
}

}  // namespace switchboard::load
