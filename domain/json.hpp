#pragma once
// Appends JSON to a string. For our fixed shapes: the caller writes the braces and commas that it knows.

#include <cstdint>
#include <string>
#include <string_view>

namespace switchboard::domain {

/// Appends `text` quoted and escaped. Invalid UTF-8 becomes U+FFFD, so that the output is always valid JSON.
void append_json_string(std::string& out, std::string_view text);
void append_json_number(std::string& out, std::uint64_t value);
void append_json_number(std::string& out, std::int64_t value);

/// Writes one object, member by member: `json_object o{out}; o.text("id", id); o.raw("data", bytes); o.end();`
class json_object {
 public:
  explicit json_object(std::string& out) : out_(out) { out_ += '{'; }
  json_object(const json_object&) = delete;
  json_object& operator=(const json_object&) = delete;

  /// The name must need no escaping.
  void key(std::string_view name);
  void text(std::string_view name, std::string_view value);
  void text_if(std::string_view name, std::string_view value);  ///< left out where empty
  void number(std::string_view name, std::uint64_t value);
  void boolean(std::string_view name, bool value);
  void raw(std::string_view name, std::string_view json);  ///< `json` is already JSON
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace switchboard::domain
