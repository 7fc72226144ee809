#pragma once
// Under overload everything runs behind: the actors, the views, and the I/O threads that should say so. Who decides
// and folds has a queue of bounded length and nobody waits for its next turn; who refuses must do it at once. An
// engine may not raise a thread above others, but it may lower the others.

#include <sys/resource.h>

namespace switchboard::actors {

/// Weighs about a third of what it did, where cores are short; where they are not it changes nothing.
inline constexpr int behind_io_nice = 5;

/// The calling thread lets the I/O threads go first, from now on. Linux: a thread's own priority.
inline void stand_behind_io() {
  ::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + behind_io_nice);
}

}  // namespace switchboard::actors
