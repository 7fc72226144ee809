#pragma once
// Reads what byte_writer wrote. Nothing that is read is believed: a length is held against what is left before anything is made
// of it, a value against its type. The first thing that is wrong is kept with its place, and nothing is read behind it.

#include "domain/routing/byte_writer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace switchboard::domain::routing {

/// Times are within this of 1970 (73,000 years), so that whoever adds two of them does not overflow.
inline constexpr std::int64_t micros_max = std::int64_t{1} << 61;
inline constexpr std::int64_t millis_max = micros_max / 1'000;

/// The greatest value of an enum that is read.
template <class Enum>
extern const Enum last_of;

class byte_reader {
 public:
  static constexpr bool reads = true;
  /// `named`: the config that events may name; nullptr: none may. The bytes are the caller's for as long as this lives.
  explicit byte_reader(std::string_view bytes, config_ptr named = nullptr)
      : bytes_(bytes), left_(bytes), named_(std::move(named)) {}

  template <class... T>
  void operator()(T&... fields) {
    (get(fields), ...);
  }
  template <class Config>
  void brought(std::shared_ptr<const Config>& c) {
    auto config = std::make_shared<Config>();
    get(*config);
    c = std::move(config);
  }
  void named(config_ptr& c) {
    std::uint64_t version = 0;
    get(version);
    if (failed() || version == 0) return;
    if (named_ == nullptr || named_->version != version) {
      return fail("names config " + std::to_string(version) + ", which came with no command here");
    }
    c = named_;
  }

  /// The byte that everything begins with. Earlier versions are read, too.
  void version(std::uint8_t newest) {
    get(version_);
    if (version_ >= 1 && version_ <= newest) return;
    fail("version " + std::to_string(version_) + ", and this program reads " + (newest > 1 ? "1 to " : "") +
         std::to_string(newest));
  }
  /// Is there what was added with this version?
  [[nodiscard]] bool has(std::uint8_t version) const { return version_ >= version; }

  [[nodiscard]] bool failed() const { return !why_.empty(); }
  [[nodiscard]] std::size_t left() const { return left_.size(); }
  /// Only the first failure counts: what comes behind it is nothing but its consequence.
  void fail(const std::string& why) {
    if (failed()) return;
    why_ = "byte " + std::to_string(bytes_.size() - left_.size()) + ": " + why;
    left_ = {};
  }
  /// What is wrong, also that something stands behind the end; nullopt: nothing.
  [[nodiscard]] std::optional<std::string> finish() {
    if (!left_.empty()) fail(std::to_string(left_.size()) + " bytes too many");
    return failed() ? std::optional(why_) : std::nullopt;
  }

 private:
  template <number_field T>
  void get(T& value) {
    if (left_.size() < sizeof(T)) return fail("ends within a number");
    std::uint64_t bits = 0;
    for (std::size_t i = sizeof(T); i > 0; --i) bits = bits << 8 | static_cast<unsigned char>(left_[i - 1]);
    left_.remove_prefix(sizeof(T));
    value = static_cast<T>(bits);
  }
  void get(bool& value) {
    std::uint8_t byte = 0;
    get(byte);
    if (byte > 1) fail(std::to_string(byte) + " is neither no nor yes");
    value = byte == 1;
  }
  template <class T>
  requires std::is_enum_v<T>
  void get(T& value) {
    std::uint8_t byte = 0;
    get(byte);
    if (byte > static_cast<std::uint8_t>(last_of<T>)) return fail(std::to_string(byte) + " names nothing");
    value = static_cast<T>(byte);
  }
  void get(timestamp& t) { t = timestamp{std::chrono::microseconds{bounded(micros_max)}}; }
  void get(milliseconds& m) { m = milliseconds{bounded(millis_max)}; }
  void get(std::string& text) {
    const auto size = length();
    text = left_.substr(0, size);
    if (!failed()) left_.remove_prefix(size);
  }
  template <class Tag>
  void get(id<Tag>& i) {
    get(i.value);
  }
  template <class T>
  void get(std::vector<T>& list) {
    list.clear();
    // Grows as its elements are found: what it may take is what was there to be read, times what one is bigger in memory.
    for (auto n = length(); n > 0 && !failed(); --n) get(list.emplace_back());
  }
  template <class T, std::size_t N>
  void get(std::array<T, N>& list) {
    for (auto& one : list) get(one);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool is_there = false;
    get(is_there);
    value.reset();
    if (is_there && !failed()) get(value.emplace());
  }
  template <class T>
  void get(std::shared_ptr<const T>& shared) {
    bool is_there = false;
    get(is_there);
    shared = nullptr;
    if (!is_there || failed()) return;
    auto made = std::make_shared<T>();
    get(*made);
    shared = std::move(made);
  }
  template <class T>
  requires std::is_class_v<T>
  void get(T& described) { describe(*this, described); }

  /// Of a list or text: each element has a byte at least.
  std::size_t length() {
    std::uint32_t n = 0;
    get(n);
    if (n > left_.size()) {
      fail("a length of " + std::to_string(n) + " where " + std::to_string(left_.size()) + " bytes are left");
    }
    return failed() ? 0 : n;
  }
  std::int64_t bounded(std::int64_t most) {
    std::int64_t n = 0;
    get(n);
    if (n > most || n < -most) fail("a time that no clock says");
    return failed() ? 0 : n;
  }

  std::string_view bytes_;
  std::string_view left_;
  std::string why_;
  config_ptr named_;
  std::uint8_t version_ = 0;
};

}  // namespace switchboard::domain::routing
