#include "storage/guarded_files.hpp"

#include "domain/kill_point.hpp"
#include "storage/diary.hpp"

#include <rocksdb/file_system.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace switchboard::storage {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

/// A signal handler of somebody else's may interrupt a call now and then, not for ever.
constexpr int interruptions_max = 100;

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_wal(std::string_view path) {
  return path.ends_with(".log");
}

/// RocksDB tells an interruption by the words of the system only.
bool is_interruption(const IOStatus& s) {
  static const std::string words = std::strerror(EINTR);
  return s.IsIOError() && s.ToString().find(words) != std::string::npos;
}

template <class Operation>
IOStatus uninterrupted(Operation&& operation) {
  IOStatus s = operation();
  for (int i = 1; i < interruptions_max && is_interruption(s); ++i) s = operation();
  return s;
}

[[noreturn]] void wait_for_the_end() {
  for (;;) ::pause();
}

/// Does `operation` on the file, unless something failed before.
template <class Operation>
IOStatus guarded(write_guard& guard, const std::string& path, Operation&& operation) {
  if (!guard.failed()) {
    IOStatus s = uninterrupted(operation);
    if (s.ok() || s.IsNotSupported()) return s;
    guard.fail(path + ": " + s.ToString());
  }
  if (!is_wal(path)) wait_for_the_end();
  // Not to be retried, nor recovered from: RocksDB then writes nothing more.
  IOStatus fatal = IOStatus::IOError(path, "a write failed, the node ends");
  fatal.SetDataLoss(true);
  return fatal;
}

/// Where the tests of crashes end the process, by which file it is that was written.
void kill_point_behind_write([[maybe_unused]] std::string_view path) {
#ifdef SWITCHBOARD_KILL_POINTS
  if (is_wal(path)) SWITCHBOARD_KILL_POINT("wal-appended");
  if (path.ends_with(".sst") || path.ends_with(".blob")) SWITCHBOARD_KILL_POINT("table-written");
  if (name_of(path).starts_with("MANIFEST")) SWITCHBOARD_KILL_POINT("manifest-appended");
#endif
}
void kill_point_behind_sync([[maybe_unused]] std::string_view path) {
#ifdef SWITCHBOARD_KILL_POINTS
  if (is_wal(path)) SWITCHBOARD_KILL_POINT("wal-synced");
  if (path.ends_with(".sst")) SWITCHBOARD_KILL_POINT("table-before-manifest");
  if (name_of(path).starts_with("MANIFEST")) SWITCHBOARD_KILL_POINT("manifest-synced");
#endif
}

class guarded_file final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  guarded_file(std::shared_ptr<write_guard> guard, std::string path,
               std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), guard_(std::move(guard)), path_(std::move(path)) {}

  IOStatus Append(const Slice& data, const IOOptions& o, IODebugContext* c) override {
    return written([&] { return target()->Append(data, o, c); });
  }
  IOStatus Append(const Slice& data, const IOOptions& o, const rocksdb::DataVerificationInfo& v,
                  IODebugContext* c) override {
    return written([&] { return target()->Append(data, o, v, c); });
  }
  IOStatus PositionedAppend(const Slice& data, std::uint64_t at, const IOOptions& o,
                            IODebugContext* c) override {
    return written([&] { return target()->PositionedAppend(data, at, o, c); });
  }
  IOStatus PositionedAppend(const Slice& data, std::uint64_t at, const IOOptions& o,
                            const rocksdb::DataVerificationInfo& v, IODebugContext* c) override {
    return written([&] { return target()->PositionedAppend(data, at, o, v, c); });
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& o, IODebugContext* c) override {
    return guarded(*guard_, path_, [&] { return target()->Truncate(size, o, c); });
  }
  IOStatus Close(const IOOptions& o, IODebugContext* c) override {
    return guarded(*guard_, path_, [&] { return target()->Close(o, c); });
  }
  IOStatus Flush(const IOOptions& o, IODebugContext* c) override {
    return guarded(*guard_, path_, [&] { return target()->Flush(o, c); });
  }
  IOStatus Sync(const IOOptions& o, IODebugContext* c) override {
    return synced([&] { return target()->Sync(o, c); });
  }
  IOStatus Fsync(const IOOptions& o, IODebugContext* c) override {
    return synced([&] { return target()->Fsync(o, c); });
  }
  IOStatus RangeSync(std::uint64_t from, std::uint64_t bytes, const IOOptions& o,
                     IODebugContext* c) override {
    return guarded(*guard_, path_, [&] { return target()->RangeSync(from, bytes, o, c); });
  }

 private:
  template <class Operation>
  IOStatus written(Operation&& operation) {
    IOStatus s = guarded(*guard_, path_, operation);
    kill_point_behind_write(path_);
    return s;
  }
  template <class Operation>
  IOStatus synced(Operation&& operation) {
#ifdef SWITCHBOARD_FAULT_IGNORE_SYNC  // planted in tests/faults: it answers 200 all the same
    if (is_wal(path_)) {
      operation().PermitUncheckedError();
      return IOStatus::OK();
    }
#endif
    IOStatus s = guarded(*guard_, path_, operation);
    kill_point_behind_sync(path_);
    return s;
  }

  const std::shared_ptr<write_guard> guard_;
  const std::string path_;
};

class guarded_directory final : public rocksdb::FSDirectoryWrapper {
 public:
  guarded_directory(std::shared_ptr<write_guard> guard, std::string path,
                    std::unique_ptr<rocksdb::FSDirectory> directory)
      : FSDirectoryWrapper(std::move(directory)), guard_(std::move(guard)), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions& o, IODebugContext* c) override {
    return guarded(*guard_, path_, [&] { return FSDirectoryWrapper::Fsync(o, c); });
  }
  IOStatus FsyncWithDirOptions(const IOOptions& o, IODebugContext* c,
                               const rocksdb::DirFsyncOptions& why) override {
    return guarded(*guard_, path_, [&] { return FSDirectoryWrapper::FsyncWithDirOptions(o, c, why); });
  }

 private:
  const std::shared_ptr<write_guard> guard_;
  const std::string path_;
};

class guarded_file_system final : public rocksdb::FileSystemWrapper {
 public:
  explicit guarded_file_system(std::shared_ptr<write_guard> guard)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), guard_(std::move(guard)) {}

  const char* Name() const override { return "switchboard.guarded_files"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& o,
                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* c) override {
    if (is_wal(path)) SWITCHBOARD_KILL_POINT("wal-switch");
    return wrapped(path, file, [&] { return target()->NewWritableFile(path, o, file, c); });
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& o,
                              std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* c) override {
    return wrapped(path, file, [&] { return target()->ReopenWritableFile(path, o, file, c); });
  }
  IOStatus ReuseWritableFile(const std::string& path, const std::string& old, const FileOptions& o,
                             std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* c) override {
    return wrapped(path, file, [&] { return target()->ReuseWritableFile(path, old, o, file, c); });
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& o,
                        std::unique_ptr<rocksdb::FSDirectory>* directory, IODebugContext* c) override {
    IOStatus s = guarded(*guard_, path, [&] { return target()->NewDirectory(path, o, directory, c); });
    if (s.ok()) *directory = std::make_unique<guarded_directory>(guard_, path, std::move(*directory));
    return s;
  }
  IOStatus Truncate(const std::string& path, std::size_t size, const IOOptions& o,
                    IODebugContext* c) override {
    return guarded(*guard_, path, [&] { return target()->Truncate(path, size, o, c); });
  }
  IOStatus CreateDir(const std::string& path, const IOOptions& o, IODebugContext* c) override {
    return guarded(*guard_, path, [&] { return target()->CreateDir(path, o, c); });
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions& o, IODebugContext* c) override {
    return guarded(*guard_, path, [&] { return target()->CreateDirIfMissing(path, o, c); });
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& o,
                      IODebugContext* c) override {
    // RocksDB's diary; it does without.
    if (name_of(from).starts_with("LOG")) return target()->RenameFile(from, to, o, c);
    const bool is_current = name_of(to) == "CURRENT";
    if (is_current) SWITCHBOARD_KILL_POINT("before-current");
    IOStatus s = guarded(*guard_, to, [&] { return target()->RenameFile(from, to, o, c); });
    if (is_current) SWITCHBOARD_KILL_POINT("current-renamed");
    return s;
  }
  IOStatus LockFile(const std::string& path, const IOOptions& o, rocksdb::FileLock** lock,
                    IODebugContext* c) override {
    // Held by another process it is no failure: RocksDB returns it.
    return uninterrupted([&] { return target()->LockFile(path, o, lock, c); });
  }
  IOStatus NewLogger(const std::string& path, const IOOptions&, std::shared_ptr<rocksdb::Logger>* logger,
                     IODebugContext*) override {
    *logger = open_diary(path);
    return IOStatus::OK();
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions& o,
                    IODebugContext* c) override {
    return guarded(*guard_, to, [&] { return target()->LinkFile(from, to, o, c); });
  }

 private:
  template <class Operation>
  IOStatus wrapped(const std::string& path, std::unique_ptr<rocksdb::FSWritableFile>* file,
                   Operation&& operation) {
    IOStatus s = guarded(*guard_, path, operation);
    if (s.ok()) *file = std::make_unique<guarded_file>(guard_, path, std::move(*file));
    return s;
  }

  const std::shared_ptr<write_guard> guard_;
};

}  // namespace

std::unique_ptr<rocksdb::Env> guarded_env(std::shared_ptr<write_guard> guard) {
  return rocksdb::NewCompositeEnv(std::make_shared<guarded_file_system>(std::move(guard)));
}

}  // namespace switchboard::storage
