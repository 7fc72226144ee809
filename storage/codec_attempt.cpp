// What is in the log about attempts to send. Grammar: codec.cpp.
#include "storage/codec.hpp"
#include "storage/codec_read.hpp"
#include "storage/codec_write.hpp"

namespace switchboard::storage::codec {

void write_attempt(std::string& out, const domain::outbox_attempt& a) {
  out += "{\"brand\":";
  domain::append_json_string(out, a.brand.value);
  out += ",\"accountId\":";
  domain::append_json_string(out, a.account.value);
  out += a.begun ? ",\"begun\":true,\"messages\":[" : ",\"begun\":false,\"messages\":[";
  for (const auto& id : a.messages) {
    out += '"';
    append_text(out, id);
    out += "\",";
  }
  if (a.messages.empty()) {
    out += ']';
  } else {
    out.back() = ']';
  }
  out += '}';
}

domain::outbox_attempt read_attempt(ondemand::object o) {
  domain::outbox_attempt a;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "brand")
      assign(a.brand.value, v);
    else if (key == "accountId")
      assign(a.account.value, v);
    else if (key == "begun")
      a.begun = v.get_bool();
    else if (key == "messages") {
      for (auto id : v.get_array()) a.messages.push_back(message_id(id.value()));
    }
  });
  return a;
}

}  // namespace switchboard::storage::codec
