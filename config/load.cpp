#include "config/load.hpp"

#include "config/digest.hpp"
#include "config/reader.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace switchboard::config {
namespace {

// Ten thousand accounts take about 2 MB. Whoever points --config at a database should hear so at once.
constexpr std::size_t file_bytes_max = 16 << 20;

std::vector<problem> one_problem(const std::string& file, std::string what) {
  return {problem{file, 0, 0, std::move(what)}};
}

settings read_all(reader& r, const toml::table& root) {
  settings s;
  read_properties(r, root, s);
  const record_tables tables = read_records(r, root, s);
  s.index();
  check_properties(r, root, s);
  check_records(r, tables, s);
  check_routing(r, tables, s);
  check_sla(r, tables, s);
  check_webhooks(r, tables, s);
  read_shadow(r, root, s);
  return s;
}

}  // namespace

/// toml++ stops at the first error of syntax: "Error while parsing array: encountered end-of-file".
std::string syntax_problem(const toml::parse_error& e) {
  constexpr std::string_view opening = "Error ";
  std::string_view description = e.description();
  if (description.starts_with(opening)) description.remove_prefix(opening.size());
  std::string what = "not valid TOML, ";
  for (const char c : description) what += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return what + "; nothing else was checked";
}

expected<std::string, std::string> read_config_text(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return unexpected{std::string("is a directory; name the TOML file in it")};
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return unexpected{std::string("cannot be read: ") + std::strerror(errno)};
  std::string text;
  char piece[64 << 10];
  while (in && text.size() <= file_bytes_max) {
    in.read(piece, sizeof piece);
    text.append(piece, static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) return unexpected{std::string("reading it failed; try again, and look at the disk")};
  if (text.size() > file_bytes_max) {
    return unexpected{std::string("is larger than 16 MiB, the most that a config may be")};
  }
  return text;
}

std::string to_text(const problem& p, bool warning) {
  std::string out = p.file;
  if (p.line > 0) out += ":" + std::to_string(p.line) + ":" + std::to_string(p.column);
  return out + (warning ? ": warning: " : ": error: ") + p.what;
}

expected<settings_ptr, std::vector<problem>> load_text(std::string_view text, const std::string& name,
                                                       const std::string& directory) {
  reader r(name, directory);
  toml::table root;
  try {
    root = toml::parse(text, name);
  } catch (const toml::parse_error& e) {
    r.report(e.source().begin, syntax_problem(e));
    return unexpected{r.take()};
  }
  settings s = read_all(r, root);
  if (!r.clean()) return unexpected{r.take()};
  s.warnings = r.take_warnings();
  s.version = sha256_hex(effective_text(s)).substr(0, 16);
  return settings_ptr(std::make_shared<const settings>(std::move(s)));
}

expected<settings_ptr, std::vector<problem>> load_file(const std::string& path) {
  const auto text = read_config_text(path);
  if (!text) return unexpected{one_problem(path, text.error())};
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return load_text(*text, path, directory.empty() ? "." : directory);
}

std::vector<std::string> needs_restart(const settings& running, const settings& next) {
  std::vector<std::string> keys;
  for (const property& p : properties()) {
    if (p.reloadable || p.get(running) == p.get(next)) continue;
    keys.push_back(std::string(p.section) + "." + std::string(p.name));
  }
  // Its threads are awake under the brand that they have: what comes for the next one would be said to both.
  for (const account_settings& a : next.accounts) {
    const auto* now = running.find_account(a.id.value);
    if (now != nullptr && now->brand != a.brand)
      keys.push_back("the brand of [[account]] \"" + a.id.value + "\"");
  }
  return keys;
}

}  // namespace switchboard::config
