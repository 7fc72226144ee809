#pragma once
// What stands at a JSON pointer, as text that a test can compare.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::e2e {

/// A string's characters; of any other value its JSON without spaces. nullopt: nothing there, or no JSON.
[[nodiscard]] std::optional<std::string> text_at(std::string_view json, std::string_view pointer);

/// Always JSON: strings in their quotes.
[[nodiscard]] std::optional<std::string> json_at(std::string_view json, std::string_view pointer);

/// The elements of the array at the pointer, each as JSON. Empty also where there is no array.
[[nodiscard]] std::vector<std::string> elements_at(std::string_view json, std::string_view pointer);

/// `text` as a JSON string, in quotes.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace switchboard::e2e
