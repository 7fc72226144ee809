#pragma once
// The tz database of this machine. It is the distribution's (package tzdata), which brings new laws within days: so nothing of it is
// built in, and whoever loads a config reads it anew.

#include "domain/expected.hpp"
#include "domain/zone.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::config {

/// Reads each zone once. Blocking; of one thread.
class zone_files {
 public:
  explicit zone_files(std::string directory = "/usr/share/zoneinfo") : directory_(std::move(directory)) {}

  struct found {
    std::shared_ptr<const domain::zone> zone;
    std::string digest;  ///< of the file: another one may be another law
  };
  /// Empty: there is no zone of this name; else what is wrong with its file.
  using failure = std::string;
  [[nodiscard]] const expected<found, failure>& read(const std::string& name);

  /// All names, in order; looked for when somebody asks.
  [[nodiscard]] const std::vector<std::string>& names();
  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  [[nodiscard]] expected<found, failure> read_file(const std::string& name) const;

  std::string directory_;
  std::map<std::string, expected<found, failure>> read_;
  std::vector<std::string> names_;
};

/// Of a zone: "Europe/Berlin", "Etc/GMT+5". Nothing that leads out of the directory, nor into its copies (posix/, right/), nor to
/// what is only this machine's (localtime).
[[nodiscard]] bool is_zone_name(std::string_view name);

/// "Berlin" for "Europe/Berlin": the only name that ends with this city, in any case; else empty.
[[nodiscard]] std::string_view zone_of_city(std::string_view city, const std::vector<std::string>& names);

}  // namespace switchboard::config
