#include "storage/abort_guard.hpp"

#include "storage/exit_codes.hpp"

#include <unistd.h>

#include <atomic>

namespace switchboard::storage {
namespace {

/// Read by the signal's handler, which may do no more than that, write(2) and _exit(2).
std::atomic<const std::string*> innermost{nullptr};
static_assert(std::atomic<const std::string*>::is_always_lock_free);

void on_abort(int) {
  if (const std::string* const message = innermost.load())
    if (::write(STDERR_FILENO, message->data(), message->size()) < 0) ::_exit(exit_unusable_data);
  ::_exit(exit_unusable_data);
}

}  // namespace

abort_guard::abort_guard(const std::string& reading)
    : message_("switchboard: " + reading +
               ": damaged, so that RocksDB could not even say how (its assertion stands above); restore a "
               "backup\n"),
      outer_(innermost.exchange(&message_)) {
  struct sigaction action {};
  action.sa_handler = on_abort;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGABRT, &action, &before_);
}

abort_guard::~abort_guard() {
  ::sigaction(SIGABRT, &before_, nullptr);
  innermost.store(outer_);
}

}  // namespace switchboard::storage
