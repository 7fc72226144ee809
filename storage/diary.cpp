#include "storage/diary.hpp"

#include "storage/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <ctime>
#include <utility>

namespace switchboard::storage {
namespace {

class diary final : public rocksdb::Logger {
 public:
  explicit diary(file_descriptor file) : file_(std::move(file)) {}
  ~diary() override { closed_ = true; }

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list values) override {
    if (!file_) return;
    std::array<char, 1024> line;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    tm at{};
    ::gmtime_r(&now.tv_sec, &at);
    auto size = std::strftime(line.data(), line.size(), "%Y-%m-%dT%H:%M:%S", &at);
    const int thread = std::snprintf(line.data() + size, line.size() - size, ".%06ldZ %d ",
                                     now.tv_nsec / 1'000, static_cast<int>(::gettid()));
    size += static_cast<std::size_t>(std::max(0, thread));
    const int rest = std::vsnprintf(line.data() + size, line.size() - size, format, values);
    if (rest < 0) return;
    size = std::min(size + static_cast<std::size_t>(rest), line.size() - 1);
    if (line[size - 1] != '\n') line[size++] = '\n';
    const auto written = ::write(file_.get(), line.data(), size);
    if (written > 0) bytes_.fetch_add(static_cast<std::size_t>(written), std::memory_order_relaxed);
  }
  std::size_t GetLogFileSize() const override { return bytes_.load(std::memory_order_relaxed); }

 private:
  const file_descriptor file_;
  std::atomic<std::size_t> bytes_ = 0;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> open_diary(const std::string& path) {
  int file = -1;
  do {
    file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  } while (file < 0 && errno == EINTR);
  return std::make_shared<diary>(file_descriptor(file));
}

}  // namespace switchboard::storage
