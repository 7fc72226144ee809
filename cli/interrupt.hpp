#pragma once
// Ctrl-C ends a command cleanly, with the summary so far.

#include <atomic>

namespace switchboard::cli {

/// From now on SIGINT and SIGTERM set interrupted(); a second one kills as usual. SIGPIPE is ignored.
void catch_interrupts();
[[nodiscard]] const std::atomic<bool>& interrupted();

}  // namespace switchboard::cli
