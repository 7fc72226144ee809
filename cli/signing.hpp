#pragma once
// Whose signature `deliver` puts on a body, and where it sends it: from the flags, the environment, or the
// engine's own config.

#include "domain/expected.hpp"
#include "net/platforms/platform.hpp"

#include <string>
#include <utility>

namespace switchboard::cli {

struct signing_options {
  std::string source;
  std::string config = "config/demo.toml";
  bool config_given = false;  ///< the person named it: then it must be readable
  std::string secret;         ///< over SWITCHBOARD_SECRET, over the config
  std::string kind;           ///< meta | telegram | x | linkedin | bluesky; empty: the config's
  std::string url;            ///< empty: the config's listener
};

struct signer {
  net::platforms::kind kind = net::platforms::kind::meta;
  std::string secret;
  std::string base_url;

  /// Name and value of the header that makes the platform's verification accept `body`.
  [[nodiscard]] std::pair<std::string, std::string> sign(std::string_view body) const;
};

/// The error is one line that names the fix.
[[nodiscard]] expected<signer, std::string> find_signer(const signing_options& options);

/// Where an engine with this config is reached from the same machine; the default listener if it can't be read.
[[nodiscard]] std::string url_from_config(const std::string& config_file);

}  // namespace switchboard::cli
