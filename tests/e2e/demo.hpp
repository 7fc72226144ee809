#pragma once
// The demo as ./run starts it, for a test: config/demo.toml with free ports and a directory of its own, and the fake platform
// behind its accounts.

#include "tests/fake_platform/platform.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace switchboard::e2e {

/// A person's token for the demo.
inline constexpr std::string_view demo_admin = "demo-admin";

/// The demo's config with ports that are free, and the platform at its address.
[[nodiscard]] std::string demo_toml(const std::filesystem::path& data, const std::string& platform);

/// With the demo's accounts and secrets; receipts come shortly after each other. Throws where the config is not valid.
[[nodiscard]] fake_platform::platform_options demo_platform();

}  // namespace switchboard::e2e
