#pragma once
// Fields as bytes: numbers of their own width, little-endian; a list, and a text, with its length before it (four bytes);
// what may be absent behind a byte that says whether it is there. What the fields of a struct are is said once for writing and
// for reading (descriptions.hpp), so that the two cannot come apart.

#include "domain/routing/router_protocol.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace switchboard::domain::routing {

/// A number whose type is its width. A boolean is none, for not every byte is one.
template <class T>
concept number_field = std::integral<T> && !std::same_as<T, bool>;

/// What of a config is written where a command brings one.
enum class config_form : std::uint8_t { whole, version };

class byte_writer {
 public:
  static constexpr bool reads = false;
  /// What was added with this version is written always.
  [[nodiscard]] static constexpr bool has(std::uint8_t) { return true; }
  explicit byte_writer(std::string& out, config_form configs = config_form::whole)
      : out_(out), configs_(configs) {}

  template <class... T>
  void operator()(const T&... fields) {
    (put(fields), ...);
  }
  /// The config that a command brings.
  template <class Config>
  void brought(const std::shared_ptr<const Config>& c) {
    if (configs_ == config_form::version) return named(c);
    put(*c);
  }
  /// The config that an event names: whoever reads has it from the command.
  void named(const config_ptr& c) { put(c == nullptr ? std::uint64_t{0} : c->version); }

 private:
  template <number_field T>
  void put(T value) {
    auto bits = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i, bits >>= 8) out_.push_back(static_cast<char>(bits & 0xff));
  }
  void put(bool value) { out_.push_back(value ? '\1' : '\0'); }
  template <class T>
  requires std::is_enum_v<T>
  void put(T value) { put(static_cast<std::uint8_t>(value)); }
  void put(timestamp t) { put(std::int64_t{t.time_since_epoch().count()}); }
  void put(milliseconds m) { put(std::int64_t{m.count()}); }
  void put(const std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    out_ += text;
  }
  template <class Tag>
  void put(const id<Tag>& i) {
    put(i.value);
  }
  template <class T>
  void put(const std::vector<T>& list) {
    put(static_cast<std::uint32_t>(list.size()));
    for (const auto& one : list) put(one);
  }
  template <class T, std::size_t N>
  void put(const std::array<T, N>& list) {
    for (const auto& one : list) put(one);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class T>
  void put(const std::shared_ptr<const T>& shared) {
    put(shared != nullptr);
    if (shared != nullptr) put(*shared);
  }
  template <class T>
  requires std::is_class_v<T>
  void put(const T& described) { describe(*this, described); }

  std::string& out_;
  config_form configs_;
};

}  // namespace switchboard::domain::routing
