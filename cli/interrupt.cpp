#include "cli/interrupt.hpp"

#include <csignal>

namespace switchboard::cli {

namespace {
std::atomic<bool> seen{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");
}  // namespace

void catch_interrupts() {
  struct sigaction act {};
  act.sa_handler = [](int) { seen.store(true); };
  act.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &act, nullptr);
  ::sigaction(SIGTERM, &act, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

const std::atomic<bool>& interrupted() {
  return seen;
}

}  // namespace switchboard::cli
