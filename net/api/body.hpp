#pragma once
// JSON bodies of our own API: strict, every wrong field named with its JSON pointer.

#include "domain/time.hpp"
#include "net/api/route.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::api {

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
  [[nodiscard]] std::optional<domain::timestamp> time(std::string_view name);
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

}  // namespace switchboard::net::api
