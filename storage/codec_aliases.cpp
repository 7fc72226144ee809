// What an event made known about the keys of its thread, written and read. Grammar: codec.cpp.
#include "storage/codec.hpp"
#include "storage/codec_read.hpp"
#include "storage/codec_write.hpp"

namespace switchboard::storage {
namespace codec {
namespace {

void append_thread(std::string& out, std::string_view key, domain::thread_id t) {
  out += key;
  out += '"';
  domain::append_base32(out, t);
  out += '"';
}

domain::thread_id thread(ondemand::value v) {
  const auto t = domain::parse_base32(text(v));
  if (!t) throw malformed("a thread is expected");
  return *t;
}

}  // namespace

void write_aliases(std::string& out, std::span<const domain::thread_alias> aliases) {
  out += '[';
  for (const auto& a : aliases) {
    if (out.back() != '[') out += ',';
    append_thread(out, "{\"key\":", a.key);
    append_thread(out, ",\"thread\":", a.thread);
    append_if(out, ",\"since\":", a.since);
    append_if(out, ",\"customer\":", a.customer.value);
    out += '}';
  }
  out += ']';
}

std::vector<domain::thread_alias> read_aliases(ondemand::array array) {
  std::vector<domain::thread_alias> aliases;
  for (ondemand::object each : array) {
    auto& a = aliases.emplace_back();
    each_member(each, [&](std::string_view key, ondemand::value v) {
      if (key == "key")
        a.key = thread(v);
      else if (key == "thread")
        a.thread = thread(v);
      else if (key == "since")
        a.since = time(v);
      else if (key == "customer")
        assign(a.customer.value, v);
    });
  }
  return aliases;
}

}  // namespace codec

expected<std::vector<domain::thread_alias>, decode_error> decode_aliases(std::string_view json) {
  return codec::guarded([&] {
    auto document = codec::parse(json);
    auto aliases = codec::read_aliases(document.get_array());
    if (!codec::at_end(document)) throw codec::malformed("bytes behind the list");
    return aliases;
  });
}

}  // namespace switchboard::storage
