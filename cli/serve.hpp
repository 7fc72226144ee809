#pragma once
// `switchboard serve`: the engine, until SIGTERM.

#include <string>

namespace switchboard::cli {

/// What the command line says over the config. Empty: as the config has it.
struct serve_options {
  std::string config;        ///< path of the TOML file
  std::string data_dir;      ///< storage.data_dir
  std::string listen;        ///< server.listen, HOST:PORT
  std::string admin_listen;  ///< server.admin_listen, HOST:PORT
  /// Serve although less was recovered than had been acknowledged. Never without a person asking for it.
  bool accept_loss = false;
};

/// Blocks until the engine has ended. Returns an exit code (cli/exit_code.hpp).
[[nodiscard]] int run_serve(const serve_options& options);

}  // namespace switchboard::cli
