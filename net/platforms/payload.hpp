#pragma once
// A message's platform-specific fields, kept beside its content as one JSON object.

#include "domain/json.hpp"
#include "net/platforms/json.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace switchboard::net::platforms {

/// Writes into an event's `payload` and closes the object when it goes. Most messages have nothing to keep:
/// then nothing is written, and nothing allocated. Not to outlive the event it writes into; names need no
/// escaping. Members of the platform's objects keep the platform's names, the top level is camelCase.
class payload_writer {
 public:
  explicit payload_writer(std::string& out) : out_(out) {}
  ~payload_writer() {
    if (open_) out_ += '}';
  }
  payload_writer(const payload_writer&) = delete;
  payload_writer& operator=(const payload_writer&) = delete;

  void text(std::string_view name, std::string_view value) {
    key(name);
    domain::append_json_string(out_, value);
  }
  void text_if(std::string_view name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }
  void flag_if(std::string_view name, bool value) {
    if (value) raw(name, "true");
  }
  /// `json` is already JSON.
  void raw(std::string_view name, std::string_view json) {
    key(name);
    out_ += json;
  }
  void value(std::string_view name, element e) {
    key(name);
    append_json(out_, e);
  }
  void value(std::string_view name, object o) {
    key(name);
    out_ += '{';
    std::string_view between;
    for (const auto field : o) {
      out_ += std::exchange(between, ",");
      domain::append_json_string(out_, field.key);
      out_ += ':';
      append_json(out_, field.value);
    }
    out_ += '}';
  }
  /// The member `from` of `o` as `name`; nothing if it is absent or null.
  void member_if(std::string_view name, object o, std::string_view from) {
    element e;
    if (o.at_key(from).get(e) == simdjson::SUCCESS && !e.is_null()) value(name, e);
  }

 private:
  void key(std::string_view name) {
    out_ += open_ ? ",\"" : "{\"";
    open_ = true;
    out_ += name;
    out_ += "\":";
  }

  std::string& out_;
  bool open_ = false;
};

}  // namespace switchboard::net::platforms
