#include "cli/data_directory.hpp"

#include "cli/sockets.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

namespace switchboard::cli {

namespace fs = std::filesystem;

std::optional<std::string> why_no_data_directory(const std::string& path) {
  std::error_code ec;
  const auto status = fs::status(path, ec);
  if (status.type() == fs::file_type::not_found) return path + ": no such directory";
  if (ec) return path + ": " + ec.message();
  if (!fs::is_directory(status)) return path + ": not a directory";
  // Any one of them: what else is missing is for the journal's own check to name, as damage.
  constexpr std::array parts{"identity", "journal", "watermark", "views"};
  const bool any = std::any_of(parts.begin(), parts.end(), [&](const char* part) {
    std::error_code unknown;
    return fs::exists(fs::path(path) / part, unknown) || unknown;
  });
  if (!any) return path + ": no data directory, nothing of an engine is in it";
  return std::nullopt;
}

std::optional<pid_t> user_of_data_directory(const std::string& path) {
  const file_descriptor lock(::open((path + "/journal/LOCK").c_str(), O_RDONLY | O_CLOEXEC));
  if (!lock.open()) return std::nullopt;
  struct flock asked {};
  asked.l_type = F_WRLCK;
  asked.l_whence = SEEK_SET;
  if (::fcntl(lock.get(), F_GETLK, &asked) != 0 || asked.l_type == F_UNLCK) return std::nullopt;
  return asked.l_pid;
}

}  // namespace switchboard::cli
