#pragma once
// A self-signed certificate for 127.0.0.1, made anew for each test.

#include <filesystem>

namespace switchboard::e2e {

/// Writes PEM files. Throws std::runtime_error.
void write_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key);

}  // namespace switchboard::e2e
