#pragma once
// JSON bodies of our own API: strict, every wrong field named with its JSON pointer.

#include "domain/time.hpp"
#include "net/api/route.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::api {

/// A body that may be left out: then it is an object without members.
[[nodiscard]] constexpr std::string_view or_empty(std::string_view body) {
  return body.empty() ? std::string_view("{}") : body;
}

/// Reads one flat object. Fields that are wrong are collected, not thrown; respond_errors() tells them all.
class body_reader {
 public:
  /// `known`: every name that the object may have.
  body_reader(std::string_view body, std::initializer_list<std::string_view> known);
  ~body_reader();
  body_reader(const body_reader&) = delete;
  body_reader& operator=(const body_reader&) = delete;

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view name);
  /// Of an object: null has no value. Empty where it is absent.
  [[nodiscard]] std::vector<std::pair<std::string, std::optional<std::string>>> texts_by_name(
      std::string_view name);
  [[nodiscard]] std::optional<domain::timestamp> time(std::string_view name);
  [[nodiscard]] std::optional<bool> flag(std::string_view name);
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name);
  void wrong(std::string_view name, std::string what);

  [[nodiscard]] bool ok() const { return errors_.empty(); }
  /// 400 with errors:[{pointer, detail}].
  void respond_errors(const http::exchange_ptr& x) const;

 private:
  struct parsed;
  std::unique_ptr<parsed> parsed_;
  struct error {
    std::string pointer, detail;
  };
  std::vector<error> errors_;
};

/// About one member of a body that is well formed: `pointer`, e.g. /agent.
void respond_wrong_field(const http::exchange_ptr& x, int status, std::string_view slug,
                         std::string_view pointer, std::string_view detail);

}  // namespace switchboard::net::api
