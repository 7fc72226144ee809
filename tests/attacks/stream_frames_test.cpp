// What may be sent on a WebSocket that is open: it ends with its code; who reads beside it goes on, and memory stays
// where it was.

#include "streams.hpp"

namespace switchboard::attacks {
namespace {

using stream_frames = streams;

/// A client's frame; `first` is its first byte.
std::string frame(int first, std::string payload, bool masked = true) {
  std::string out(1, static_cast<char>(first));
  const auto n = payload.size();
  const int mask_bit = masked ? 0x80 : 0;
  if (n < 126) {
    out += static_cast<char>(mask_bit | static_cast<int>(n));
  } else {
    out += static_cast<char>(mask_bit | (n < 65'536 ? 126 : 127));
    for (int i = (n < 65'536 ? 2 : 8) - 1; i >= 0; --i) out += static_cast<char>(n >> (8 * i));
  }
  if (!masked) return out + payload;
  constexpr std::string_view mask = "\x11\x22\x33\x44";
  for (std::size_t i = 0; i < n; ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  return out.append(mask) + payload;
}

std::string repeated(const std::string& piece, std::size_t times) {
  std::string out;
  out.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

std::string close_frame(int code, const std::string& reason = {}) {
  return frame(0x88, std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)} + reason);
}

struct attack {
  std::string name;
  std::string bytes;
  int code;  ///< of the close that answers it
};

std::vector<attack> attacks_on_open_streams() {
  constexpr std::size_t million = 1'000'000;
  const auto length = [](std::string_view bytes) {
    return std::string("\x81\xff") + std::string(bytes) + "\x11\x22\x33\x44";
  };
  using namespace std::string_view_literals;
  std::vector<attack> all{
      {"text, where nothing is to be said", frame(0x81, "{}"), 1008},
      {"binary", frame(0x82, "x"), 1003},
      {"unmasked", frame(0x81, "hello", false), 1002},
      {"an unmasked ping", frame(0x89, "hello", false), 1002},
      {"64-bit length, all of it", length("\xff\xff\xff\xff\xff\xff\xff\xff"sv), 1009},
      {"64-bit length, the greatest", length("\x7f\xff\xff\xff\xff\xff\xff\xff"sv), 1009},
      {"64-bit length of 4 GiB", length("\x00\x00\x00\x01\x00\x00\x00\x00"sv), 1009},
      {"reserved bit 1, as of deflate", frame(0xc1, "\xaa\x56\x4a\x04"), 1002},
      {"reserved bit 2", frame(0xa1, "x"), 1002},
      {"reserved bit 3", frame(0x91, "x"), 1002},
      {"a reserved opcode", frame(0x83, "x"), 1002},
      {"a reserved control opcode", frame(0x8b, "x"), 1002},
      {"a fragmented ping", frame(0x09, "x"), 1002},
      {"a fragmented close", frame(0x08, "\x03\xe8"), 1002},
      {"a ping of 126 bytes", frame(0x89, std::string(126, 'x')), 1002},
      {"a continuation of nothing", frame(0x80, "x"), 1002},
      {"text within text", frame(0x01, "x") + frame(0x81, "y"), 1002},
      {"text that is no UTF-8", frame(0x81, "\xff\xfe"), 1007},
      {"overlong UTF-8", frame(0x81, "\xc0\xaf"), 1007},
      {"a surrogate", frame(0x81, "\xed\xa0\x80"), 1007},
      {"UTF-8 cut at the end", frame(0x81, "\xe2\x82"), 1007},
      {"UTF-8 cut over fragments", frame(0x01, "\xe2") + frame(0x80, "x"), 1007},
      {"larger than may be", frame(0x81, std::string(65'537, 'x')), 1009},
      {"a million pings", repeated(frame(0x89, ""), million), 1008},
      {"a million tiny fragments", frame(0x01, "a") + repeated(frame(0x00, "b"), million), 1008},
      {"a million empty fragments", frame(0x01, "a") + repeated(frame(0x00, ""), million), 1009},
      {"a close of one byte", frame(0x88, "x"), 1002},
      {"a close with a reason that is no UTF-8", close_frame(1000, "\xff"), 1002},
  };
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65'535})
    all.push_back({"close code " + std::to_string(code), close_frame(code), 1002});
  for (const int code : {1000, 1001, 3000, 4999})
    all.push_back({"close code " + std::to_string(code), close_frame(code, "bye"), code});
  return all;
}

/// The code of the close frame that ends these frames of the server; -1: there is none.
int close_code_in(std::string_view bytes) {
  int code = -1;
  while (bytes.size() >= 2) {
    const auto first = static_cast<unsigned char>(bytes[0]);
    std::uint64_t length = static_cast<unsigned char>(bytes[1]) & 0x7f;
    std::size_t at = 2;
    const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (bytes.size() < at + extended) break;
    if (extended > 0) length = 0;
    for (std::size_t i = 0; i < extended; ++i) length = length << 8 | static_cast<unsigned char>(bytes[at++]);
    if (bytes.size() - at < length) break;
    if (first == 0x88 && length >= 2)
      code = static_cast<unsigned char>(bytes[at]) << 8 | static_cast<unsigned char>(bytes[at + 1]);
    bytes.remove_prefix(at + length);
  }
  return code;
}

/// Sends in pieces and takes what comes meanwhile, as a peer does that neither side blocks.
std::string play(std::uint16_t port, const std::string& bytes) {
  wire w(port);
  std::string text;
  if (!w.send(request_bytes("GET", "/v1/events", upgrade_with({}), {}))) return text;
  while (text.find("\r\n\r\n") == std::string::npos) {
    if (w.receive(text, patience) != wire_state::bytes) return text;
  }
  text.erase(0, text.find("\r\n\r\n") + 4);
  constexpr std::size_t piece = 256 << 10;
  for (std::size_t at = 0; at < bytes.size() && close_code_in(text) < 0; at += piece) {
    if (!w.send(std::string_view(bytes).substr(at, piece))) break;
    if (w.receive(text, std::chrono::milliseconds{0}) == wire_state::reset) break;
  }
  while (close_code_in(text) < 0 && w.receive(text, patience) == wire_state::bytes) {
  }
  return text;
}

TEST_F(stream_frames, end_it_with_the_code_of_what_is_wrong_and_harm_nobody) {
  constexpr std::uint64_t memory_growth_max = 64 << 20;
  subscriber beside{reading(stream_kind::websocket, acme_token)};
  ASSERT_TRUE(beside.connect(engine.port()));
  const auto before = resident();
  for (const auto& a : attacks_on_open_streams()) {
    EXPECT_EQ(close_code_in(play(engine.port(), a.bytes)), a.code) << a.name;
  }
  const auto after = resident();
  EXPECT_LT(after, before + memory_growth_max);
  ASSERT_EQ(deliver(engine, "meta", whatsapp_text(acme_number, "100", "wamid.z", "still here")).status, 200);
  const auto heard = [&] {
    return !beside.events().empty() && beside.events().back().json.find("still here") != std::string::npos;
  };
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!heard() && std::chrono::steady_clock::now() < until &&
         beside.read(1 << 20, std::chrono::milliseconds{100})) {
  }
  EXPECT_TRUE(heard());
  EXPECT_EQ(beside.broken(), "");
}

}  // namespace
}  // namespace switchboard::attacks
