#pragma once
// Reads members of a request's body; the first thing that is wrong is kept, and everything behind it is skipped.

#include "net/platforms/json.hpp"
#include "net/platforms/unfit.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

class outgoing_reader {
 public:
  [[nodiscard]] bool failed() const { return problem_.has_value(); }
  [[nodiscard]] unfit take() { return std::move(*problem_); }
  /// Keeps the first one only.
  void refuse(std::string code, std::string field, std::string detail);

  /// Refuses members that stand twice, or are none of `known` (all, if empty). `path` is the object's, "" or "list.".
  void check_members(object o, std::span<const std::string_view> known, const std::string& path);

  /// A text; absent and null are empty. Refused: another type, more than `bytes_max`.
  [[nodiscard]] std::string text(object o, std::string_view name, const std::string& path,
                                 std::size_t bytes_max);
  /// The same, and must not be empty.
  [[nodiscard]] std::string required(object o, std::string_view name, const std::string& path,
                                     std::size_t bytes_max);
  [[nodiscard]] std::string url(object o, std::string_view name, const std::string& path);
  [[nodiscard]] bool boolean(object o, std::string_view name, const std::string& path);
  [[nodiscard]] std::optional<object> object_in(object o, std::string_view name, const std::string& path);
  /// Compact JSON of a member that is an array, or an object; empty where absent.
  [[nodiscard]] std::string raw(object o, std::string_view name, const std::string& path, bool is_array,
                                std::size_t bytes_max);
  /// Calls `each` with every object of the array and its path ("buttons[3]."). Refused: other elements, more than `max`.
  void objects(object o, std::string_view name, const std::string& path, std::size_t max,
               const std::function<void(object, const std::string&)>& each);

 private:
  /// nullopt: absent, null, or something has been refused already.
  [[nodiscard]] std::optional<element> member(object o, std::string_view name) const;
  void wrong_type(std::string field, std::string_view wanted);

  std::optional<unfit> problem_;
};

}  // namespace switchboard::net::platforms
