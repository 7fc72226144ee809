#pragma once
// A self-signed certificate, for 127.0.0.1 where nothing else is said, made anew for each test.

#include <filesystem>
#include <string>

namespace switchboard::e2e {

/// Writes PEM files. `names`: whose it is, in OpenSSL's spelling. Throws std::runtime_error.
void write_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key,
                       const std::string& names = "IP:127.0.0.1,DNS:localhost");

}  // namespace switchboard::e2e
