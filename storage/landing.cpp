#include "storage/landing.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace switchboard::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view marker = "unfinished";
/// What backup and restore put there; nothing else is ever removed.
constexpr std::array contents{
    "backup-manifest", "backup-manifest.tmp", "identity", "identity.tmp", "watermark", "journal", "views"};

unexpected<open_error> fail(std::string what) {
  return unexpected(open_error{.what = std::move(what)});
}

std::error_code remove_contents(const std::string& directory) {
  std::error_code error;
  for (const char* const name : contents) {
    fs::remove_all(fs::path(directory) / name, error);
    if (error) return error;
  }
  return error;
}

/// A name in it that keeps anybody from filling it; empty: none. A new file system has lost+found.
std::string occupant(const std::string& directory, std::error_code& error) {
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name != "lost+found" && name != marker) return name;
  }
  return {};
}

std::string parent_of(const std::string& directory) {
  const std::string parent = fs::path(directory).lexically_normal().parent_path().string();
  return parent.empty() ? "." : parent;
}

}  // namespace

std::string unfinished_path(const std::string& directory) {
  return directory + "/" + std::string(marker);
}

landing::landing(landing&& other) noexcept
    : directory_(std::exchange(other.directory_, {})), made_(other.made_), lock_(std::move(other.lock_)) {}

expected<landing, open_error> landing::begin(const std::string& directory) {
  std::error_code error;
  const bool made = fs::create_directory(directory, error);
  if (error)
    return fail(directory + ": cannot create: " + error.message() +
                (error == std::errc::no_such_file_or_directory ? "; make the folder above it first" : ""));
  if (made)
    if (auto synced = sync_directory(parent_of(directory)); !synced) return fail(synced.error().what);
  const std::string path = unfinished_path(directory);
  const bool again = fs::exists(path, error);
  if (!again) {
    const std::string found = occupant(directory, error);
    if (error) return fail(directory + ": " + error.message());
    if (!found.empty())
      return fail(directory + ": not empty, it holds \"" + found +
                  "\"; name a new directory, or move that away");
  }
  file_descriptor lock(
      uninterrupted([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640); }));
  if (!lock) return fail(last_file_error(path, "create").what);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(directory + ": another backup or restore is at work here; wait for it");
  if (auto synced = sync_directory(directory); !synced) return fail(synced.error().what);
  landing at(directory, made, std::move(lock));
  if (error = remove_contents(directory); error)
    return fail(directory + ": cannot clear what an interrupted run left: " + error.message());
  return at;
}

expected<void, open_error> landing::finish() {
  for (const char* const folder : {"/journal", "/views", ""})
    if (std::error_code none; fs::exists(directory_ + folder, none))
      if (auto synced = sync_directory(directory_ + folder); !synced) return fail(synced.error().what);
  std::error_code error;
  fs::remove(unfinished_path(directory_), error);
  if (error) return fail(unfinished_path(directory_) + ": cannot remove: " + error.message());
  const std::string directory = std::exchange(directory_, {});
  if (auto synced = sync_directory(directory); !synced) return fail(synced.error().what);
  return {};
}

landing::~landing() {
  if (directory_.empty()) return;
  std::error_code error = remove_contents(directory_);
  if (!error) fs::remove(unfinished_path(directory_), error);
  if (made_ && !error) fs::remove(directory_, error);
}

}  // namespace switchboard::storage
