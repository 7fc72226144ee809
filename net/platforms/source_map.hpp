#pragma once
// Where the elements of a big body stand in its bytes. A dead letter must hold exactly what was signed, but
// one bad element of a 3 MB batch is not worth 3 MB: it is kept as the same envelope around itself alone.
// The DOM knows values, not places; simdjson's On-Demand finds them, each container once, so that ten
// thousand rejected elements cost as much as one pass over the body per level.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::platforms {

/// Over one validated document, on one thread. The body outlives it.
class source_map {
 public:
  /// Members beside the path are kept (ids, times, metadata) unless they are batches themselves, or larger.
  static constexpr std::size_t kept_member_bytes_max = 4096;

  explicit source_map(std::string_view body) : body_(body) {}

  /// The envelope around the element at this JSON pointer, the element's bytes as they came.
  /// nullopt: there is no such element.
  [[nodiscard]] std::optional<std::string> narrowed(std::string_view pointer);

 private:
  struct child {
    std::string key;  ///< empty in arrays
    std::string_view bytes;
  };
  /// Of the object or array whose bytes these are; `pointer` is where it stands.
  const std::vector<child>& children(std::string_view pointer, std::string_view bytes);
  bool append(std::string& out, std::string_view pointer, std::size_t done, std::string_view bytes);
  bool append_array(std::string& out, std::string_view pointer, std::size_t done, std::string_view bytes);
  bool append_object(std::string& out, std::string_view pointer, std::size_t done, std::string_view bytes);

  std::string_view body_;
  std::map<std::string, std::vector<child>, std::less<>> containers_;
};

}  // namespace switchboard::net::platforms
