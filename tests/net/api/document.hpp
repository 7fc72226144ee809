#pragma once
// The part of YAML in which our documents are written (block style, two spaces, quoted or plain scalars, ">-",
// short flow lists), JSON read into the same tree, and the part of JSON Schema that the documents use.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::net::testing {

struct node {
  enum class kind { none, scalar, list, map } is = kind::none;
  std::string text;     ///< of a scalar
  bool quoted = false;  ///< a scalar that is a string whatever it looks like
  std::vector<node> items;
  std::vector<std::pair<std::string, node>> members;

  /// The member; an empty node where there is none.
  [[nodiscard]] const node& operator[](std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return (*this)[name].is != kind::none; }
  [[nodiscard]] bool contains(std::string_view item) const;  ///< a list of scalars
};

/// Throws std::runtime_error with the line that is outside of our YAML.
[[nodiscard]] node read_yaml(std::string_view text);
[[nodiscard]] node read_json(std::string_view text);
[[nodiscard]] std::string read_file(const std::string& path);
/// The two in api/, read once.
[[nodiscard]] const node& openapi();
[[nodiscard]] const node& asyncapi();

/// Holds values against schemas whose "$ref"s are "#/…" of one document.
class schema_checker {
 public:
  explicit schema_checker(const node& document) : document_(document) {}
  /// What is wrong, each with its JSON pointer; empty: nothing.
  [[nodiscard]] std::vector<std::string> check(const node& value, const node& schema) const;
  [[nodiscard]] const node& resolve(const node& schema) const;

 private:
  void check(const node& value, const node& schema, const std::string& where,
             std::vector<std::string>& wrong) const;
  void check_object(const node& value, const node& s, const std::string& where,
                    std::vector<std::string>& wrong) const;
  const node& document_;
};

}  // namespace switchboard::net::testing
