#pragma once
// Members of the engine's answers that may be absent, or not what they should be: nothing then, for whoever prints them.

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::cli {

[[nodiscard]] std::string text_of(const simdjson::dom::object& o, std::string_view name);
[[nodiscard]] std::uint64_t number_of(const simdjson::dom::object& o, std::string_view name);
[[nodiscard]] std::vector<simdjson::dom::object> objects_of(const simdjson::dom::object& o,
                                                            std::string_view name);
[[nodiscard]] std::vector<std::string> texts_of(const simdjson::dom::object& o, std::string_view name);

/// "billing 3, french 2" of `requires` or `prefers`; `much` is what the number is called.
[[nodiscard]] std::string skills_of(const simdjson::dom::object& o, std::string_view name,
                                    std::string_view much);
/// configVersion as config.applied and /status have it.
[[nodiscard]] std::string config_version(const simdjson::dom::object& o);

}  // namespace switchboard::cli
