// What is left of an erased event, written and read. Grammar: codec.cpp.
#include "storage/codec.hpp"
#include "storage/codec_read.hpp"
#include "storage/codec_write.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace switchboard::storage::codec {
namespace {

constexpr std::size_t hash_digits = 16;

/// Begins the object, or goes on in it.
void member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
  domain::append_json_string(out, value);
}

}  // namespace

void append_hash(std::string& out, std::string_view key, const std::optional<std::uint64_t>& hash) {
  static constexpr std::string_view digits = "0123456789abcdef";
  if (!hash) return;
  out += key;
  out += '"';
  for (int shift = 60; shift >= 0; shift -= 4) out += digits[*hash >> shift & 15];
  out += '"';
}

std::uint64_t read_hash(ondemand::value v) {
  const auto digits = text(v);
  std::uint64_t hash = 0;
  const auto* const end = digits.data() + digits.size();
  const auto [stop, bad] = std::from_chars(digits.data(), end, hash, 16);
  if (bad != std::errc{} || stop != end || digits.size() != hash_digits)
    throw malformed("a hash is expected");
  return hash;
}

namespace {

namespace reports = domain::reports;

void write_fact(std::string& out, const reports::fact& f) {
  domain::json_object o{out};
  o.text("as", reports::to_word(f.kind));
  o.text("platform", domain::to_word(f.platform));
  o.text_if("queue", f.queue.value);
  o.text_if("agent", f.agent.value);
  o.key("at");
  append_time(out, f.at);
  if (reports::is_of_clock(f.kind)) {
    o.text("clock", domain::sla::to_word(f.what));
    if (f.elapsed.count() > 0) o.number("passedMs", static_cast<std::uint64_t>(f.elapsed.count()));
    if (f.by_bot) o.boolean("byBot", true);
    if (f.again) o.boolean("again", true);
  }
  o.end();
}

reports::fact read_fact(ondemand::object o) {
  reports::fact f;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "as") {
      const auto kind = reports::kind_from_word(text(v));
      if (!kind) throw malformed("unknown word in counted");
      f.kind = *kind;
    } else if (key == "platform") {
      f.platform = word<domain::platform>(v);
    } else if (key == "queue") {
      assign(f.queue.value, v);
    } else if (key == "agent") {
      assign(f.agent.value, v);
    } else if (key == "at") {
      f.at = time(v);
    } else if (key == "clock") {
      const auto what = domain::sla::metric_from_word(text(v));
      if (!what) throw malformed("unknown clock in counted");
      f.what = *what;
    } else if (key == "passedMs") {
      constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
      f.elapsed =
          std::chrono::milliseconds(static_cast<std::int64_t>(std::min(number<std::uint64_t>(v), most)));
    } else if (key == "byBot") {
      f.by_bot = bool(v.get_bool());
    } else if (key == "again") {
      f.again = bool(v.get_bool());
    }
  });
  return f;
}

}  // namespace

void write_erasure(std::string& out, const domain::erasure& e) {
  out += '{';
  member(out, "brand", e.brand.value);
  member(out, "accountId", e.account.value);
  if (e.conversation.ordinal != 0) member(out, "conversationId", to_text(e.conversation));
  member(out, "customerId", e.customer.value);
  std::string rest;
  if (e.by != 0) {
    rest += ",\"by\":";
    domain::append_json_number(rest, e.by);
  }
  append_hash(rest, ",\"reference\":", e.reference);
  append_hash(rest, ",\"origin\":", e.origin);
  if (e.comment) rest += ",\"comment\":true";
  if (!e.aliases.empty()) {
    rest += ",\"aliases\":";
    write_aliases(rest, e.aliases);
  }
  if (e.counted) {
    rest += ",\"counted\":";
    write_fact(rest, *e.counted);
  }
  if (!rest.empty() && out.back() == '{') rest.erase(0, 1);
  out += rest;
  out += '}';
}

domain::erasure read_erasure(ondemand::object o) {
  domain::erasure e;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "brand")
      assign(e.brand.value, v);
    else if (key == "accountId")
      assign(e.account.value, v);
    else if (key == "conversationId")
      e.conversation = codec::conversation_id(v);
    else if (key == "customerId")
      assign(e.customer.value, v);
    else if (key == "by")
      e.by = number<std::uint64_t>(v);
    else if (key == "reference")
      e.reference = read_hash(v);
    else if (key == "origin")
      e.origin = read_hash(v);
    else if (key == "comment")
      e.comment = bool(v.get_bool());
    else if (key == "aliases")
      e.aliases = read_aliases(v.get_array());
    else if (key == "counted")
      e.counted = read_fact(v.get_object());
  });
  return e;
}

}  // namespace switchboard::storage::codec
