#pragma once
// A directory while a backup or a restore fills it. If the machine stops in between, nobody may take what is there
// for the whole: as long as the file "unfinished" lies in it, no engine opens it, and only the same kind of work,
// begun again, may clear it away.

#include "domain/expected.hpp"
#include "storage/files.hpp"
#include "storage/journal.hpp"

#include <string>
#include <vector>

namespace switchboard::storage {

[[nodiscard]] std::string unfinished_path(const std::string& directory);

class landing {
 public:
  /// The directory is made, or must be empty, or hold unfinished work: that is removed. Fails (exit code 1) where
  /// it holds anything else, or where another process is at work in it.
  [[nodiscard]] static expected<landing, open_error> begin(const std::string& directory);
  landing(landing&& other) noexcept;
  landing& operator=(landing&&) = delete;
  ~landing();  ///< without finish(): removes everything again

  [[nodiscard]] const std::string& directory() const { return directory_; }
  /// Everything in it is durable, and from now on it is what it is.
  [[nodiscard]] expected<void, open_error> finish();

 private:
  landing(std::string directory, bool made, file_descriptor lock)
      : directory_(std::move(directory)), made_(made), lock_(std::move(lock)) {}

  std::string directory_;
  bool made_;  ///< it was not there before
  file_descriptor lock_;
};

}  // namespace switchboard::storage
