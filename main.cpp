// One binary: the engine and its tools (cli/commands.hpp has them all).

#include "cli/commands.hpp"
#include "cli/serve.hpp"

int main(int argc, char** argv) {
  return switchboard::cli::run(argc, argv, switchboard::cli::run_serve);
}
