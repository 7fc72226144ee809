#include "cores.hpp"

namespace switchboard::load {

on_core::on_core(int core) {
  if (::sched_getaffinity(0, sizeof before_, &before_) != 0) return;
  if (!CPU_ISSET(engine_core, &before_) || !CPU_ISSET(client_core, &before_)) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  pinned_ = ::sched_setaffinity(0, sizeof one, &one) == 0;
}

on_core::~on_core() {
  if (pinned_) ::sched_setaffinity(0, sizeof before_, &before_);
}

}  // namespace switchboard::load
