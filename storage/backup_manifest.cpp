// manifest := "switchboard-backup " format LF
//             "taken " RFC 3339 time LF
//             "first " decimal LF                  oldest sequence that its journal holds
//             "last " decimal LF                   newest that had been acknowledged
//             ("file " 16 hex digits " " decimal " " path LF)*   XXH3-64, size, path; sorted by path
//             "checksum " 16 hex digits LF         XXH3-64 of all bytes before this line
// path     := "identity" | "watermark" | ("journal" | "views") "/" name
// Text, so that a person can see what a backup holds. Every byte is checked: one spelling only.

#include "storage/backup_manifest.hpp"

#include "storage/files.hpp"
#include "storage/hash.hpp"
#include "storage/text_lines.hpp"

#include <algorithm>
#include <cerrno>

namespace switchboard::storage {
namespace {

constexpr std::string_view title = "switchboard-backup ";
constexpr std::size_t manifest_size_max = 64u << 20;  // about 700,000 files

unexpected<open_error> damaged(const std::string& path, const std::string& how) {
  return unexpected(open_error{.damaged = true, .what = path + ": " + how + "; use another backup"});
}

/// A name that stays where it is put: no separator, no leading dot.
bool is_plain(std::string_view name) {
  if (name.empty() || name.front() == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

bool is_allowed(std::string_view path) {
  if (path == "identity" || path == "watermark") return true;
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return false;
  const auto folder = path.substr(0, slash);
  return (folder == "journal" || folder == "views") && is_plain(path.substr(slash + 1));
}

std::optional<backup_file> parse_file(std::string_view line) {
  backup_file f;
  const auto size_at = line.find(' ');
  if (size_at == std::string_view::npos) return std::nullopt;
  const auto path_at = line.find(' ', size_at + 1);
  if (path_at == std::string_view::npos) return std::nullopt;
  if (!parse_number(line.substr(0, size_at), 16, f.checksum) ||
      !parse_number(line.substr(size_at + 1, path_at - size_at - 1), 10, f.size))
    return std::nullopt;
  f.path = line.substr(path_at + 1);
  if (!is_allowed(f.path)) return std::nullopt;
  return f;
}

}  // namespace

std::uint64_t backup_manifest::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& f : files) sum += f.size;
  return sum;
}

std::string manifest_path(const std::string& backup) {
  return backup + "/backup-manifest";
}

std::string manifest_text(const backup_manifest& m) {
  std::string out(title);
  out.append(std::to_string(m.format)).append("\ntaken ").append(domain::to_rfc3339(m.at));
  out.append("\nfirst ").append(std::to_string(m.first)).append("\nlast ").append(std::to_string(m.last));
  out += '\n';
  for (const auto& f : m.files) {
    out.append("file ").append(hex16(f.checksum)).append(" ").append(std::to_string(f.size));
    out.append(" ").append(f.path).append("\n");
  }
  const std::string sum = hex16(checksum(out));
  return out.append("checksum ").append(sum).append("\n");
}

expected<backup_manifest, open_error> parse_manifest(std::string_view text, const std::string& path) {
  backup_manifest m;
  std::string_view rest = text;
  const bool titled = parse_number(take_line(rest, title), 10, m.format);
  if (titled && m.format > backup_format)
    return unexpected(open_error{.damaged = true,
                                 .what = path + ": the backup has format " + std::to_string(m.format) +
                                         ", this build reads up to " + std::to_string(backup_format) +
                                         "; use the newer switchboard that wrote it"});
  const auto taken = take_line(rest, "taken ");
  const auto at = taken ? domain::parse_rfc3339(*taken) : std::nullopt;
  bool whole = titled && at && parse_number(take_line(rest, "first "), 10, m.first) &&
               parse_number(take_line(rest, "last "), 10, m.last);
  while (whole && rest.starts_with("file ")) {
    auto file = parse_file(take_line(rest, "file ").value_or(""));
    whole = file.has_value();
    if (whole) m.files.push_back(*std::move(file));
  }
  if (at) m.at = *at;
  // Written again it must be the same, byte by byte: that is what the checksum's line is compared by, too.
  if (!whole || manifest_text(m) != text)
    return damaged(path, "damaged at byte " + std::to_string(text.size() - rest.size()) +
                             " or before (checksum or form)");
  return m;
}

expected<backup_manifest, open_error> load_manifest(const std::string& backup) {
  const std::string path = manifest_path(backup);
  auto text = read_small_file(path, manifest_size_max);
  if (text) return parse_manifest(*text, path);
  const int number = text.error().number;
  if (number == ENOENT)
    return unexpected(
        open_error{.damaged = true,
                   .what = path + ": missing: this is no backup, or one that was interrupted; use another"});
  return unexpected(open_error{.damaged = number != EACCES && number != EPERM && number != ENOTDIR,
                               .what = text.error().what});
}

expected<void, open_error> store_manifest(const std::string& backup, const backup_manifest& m) {
  if (auto stored = write_file_durably(manifest_path(backup), manifest_text(m)); !stored)
    return unexpected(open_error{.what = stored.error().what});
  return {};
}

}  // namespace switchboard::storage
