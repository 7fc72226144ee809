#include "actors/backup_desk.hpp"

#include "storage/backup.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace switchboard::actors {

namespace {

/// Linux keeps one per thread. Where it is refused, the backup is merely not as polite.
constexpr int background_nice = 15;

void step_back() {
  pthread_setname_np(pthread_self(), "backup");
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), background_nice);
}

}  // namespace

bool backup_desk::start(std::string to) {
  const std::lock_guard lock{mutex_};
  if (closed_ || now_.state == backup_progress::phase::running) return false;
  if (thread_.joinable()) thread_.join();  // it has said its last word already
  now_ = {};
  now_.state = backup_progress::phase::running;
  now_.path = to;
  thread_ = std::thread([this, to = std::move(to)] {
    step_back();
    run(to);
  });
  return true;
}

backup_progress backup_desk::progress() const {
  const std::lock_guard lock{mutex_};
  return now_;
}

void backup_desk::run(const std::string& to) {
  storage::copy_watch watch;
  watch.stop = &stopping_;
  watch.free_bytes_min = free_bytes_min_();
  watch.progress = [this](std::uint64_t bytes, std::uint64_t all) {
    const std::lock_guard lock{mutex_};
    now_.bytes = bytes;
    now_.bytes_all = all;
  };
  // storage.backup_dir itself may be new; what is above it may be a disk that is not mounted.
  std::error_code told_by_the_backup;
  std::filesystem::create_directory(std::filesystem::path(to).parent_path(), told_by_the_backup);
  const auto made = storage::back_up(log_, views_, to, watch);
  const std::lock_guard lock{mutex_};
  if (!made) {
    now_.state = backup_progress::phase::failed;
    now_.problem = made.error().what;
    return;
  }
  now_.state = backup_progress::phase::done;
  now_.first = made->first;
  now_.last = made->last;
  now_.files = made->files.size();
  now_.bytes = now_.bytes_all = made->bytes();
}

void backup_desk::stop() {
  std::thread ending;
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    ending = std::move(thread_);
  }
  stopping_.store(true, std::memory_order_relaxed);
  if (ending.joinable()) ending.join();
}

}  // namespace switchboard::actors
