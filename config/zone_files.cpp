#include "config/zone_files.hpp"

#include "config/digest.hpp"
#include "domain/tzif.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

namespace switchboard::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t name_bytes_max = 64;
constexpr std::string_view magic = "TZif";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool same_letter(char a, char b) {
  const auto plain = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == ' ' ? '_' : c;
  };
  return plain(a) == plain(b);
}

/// Up to `bytes_max` of it; nullopt: it can't be read.
std::optional<std::string> first_bytes(const fs::path& file, std::size_t bytes_max) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes(bytes_max, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad()) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

}  // namespace

bool is_zone_name(std::string_view name) {
  constexpr std::array of_this_machine{std::string_view{"localtime"}, std::string_view{"posixrules"},
                                       std::string_view{"Factory"}};
  const auto fits = [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/';
  };
  if (name.empty() || name.size() > name_bytes_max || !is_letter(name.front()) || name.back() == '/')
    return false;
  if (!std::all_of(name.begin(), name.end(), fits) || name.find("//") != std::string_view::npos) return false;
  if (name.starts_with("posix/") || name.starts_with("right/")) return false;
  return std::find(of_this_machine.begin(), of_this_machine.end(), name) == of_this_machine.end();
}

std::string_view zone_of_city(std::string_view city, const std::vector<std::string>& names) {
  std::string_view found;
  for (const std::string& name : names) {
    const auto last = std::string_view(name).substr(name.rfind('/') + 1);
    if (!std::equal(city.begin(), city.end(), last.begin(), last.end(), same_letter)) continue;
    if (!found.empty()) return {};
    found = name;
  }
  return found;
}

const expected<zone_files::found, zone_files::failure>& zone_files::read(const std::string& name) {
  const auto known = read_.find(name);
  return known != read_.end() ? known->second : read_.emplace(name, read_file(name)).first->second;
}

expected<zone_files::found, zone_files::failure> zone_files::read_file(const std::string& name) const {
  const fs::path file = fs::path(directory_) / name;
  std::error_code error;
  if (!is_zone_name(name) || !fs::is_regular_file(file, error)) return unexpected{failure{}};
  const auto bytes = first_bytes(file, domain::tzif_bytes_max + 1);
  if (!bytes) return unexpected{file.string() + " cannot be read; may this user read it?"};
  auto zone = domain::parse_tzif(*bytes);
  if (!zone) return unexpected{file.string() + " is no time zone: " + zone.error() + "; install tzdata anew"};
  return found{std::make_shared<const domain::zone>(*std::move(zone)), sha256_hex(*bytes).substr(0, 16)};
}

const std::vector<std::string>& zone_files::names() {
  if (!names_.empty()) return names_;
  std::error_code error;
  for (fs::recursive_directory_iterator each(directory_, error), end; !error && each != end;
       each.increment(error)) {
    // Not what a link leads to: that is another name.
    const auto name = each->path().lexically_relative(directory_).generic_string();
    if (is_zone_name(name) && each->is_regular_file(error) &&
        first_bytes(each->path(), magic.size()) == magic) {
      names_.push_back(name);
    }
  }
  std::sort(names_.begin(), names_.end());
  return names_;
}

}  // namespace switchboard::config
