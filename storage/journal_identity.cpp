// identity   := "switchboard-identity " format LF
//               "partitions " decimal LF
//               "hash_seed " 16 hex digits LF
//               "journal_tag " 16 hex digits LF
//               "checksum " 16 hex digits LF        XXH3-64 of all bytes before this line
// Text, so that a person can tell what a directory is. Every byte is checked: one spelling only.

#include "storage/journal_identity.hpp"

#include "storage/files.hpp"
#include "storage/hash.hpp"
#include "storage/text_lines.hpp"

#include <sys/random.h>

#include <cstdlib>
#include <string_view>

namespace switchboard::storage {
namespace {

constexpr std::size_t identity_size_max = 4096;
constexpr std::string_view title = "switchboard-identity ";

std::uint64_t draw() {
  std::uint64_t number = 0;
  // Guessable seeds would let a stranger choose customers' partitions: without randomness there is no start.
  if (::getentropy(&number, sizeof number) != 0) std::abort();
  return number;
}

std::string body_of(const identity& i) {
  std::string out(title);
  out.append(std::to_string(i.format)).append("\npartitions ").append(std::to_string(i.partitions));
  out.append("\nhash_seed ").append(hex16(i.hash_seed));
  out.append("\njournal_tag ").append(hex16(i.journal_tag)).append("\n");
  return out;
}

}  // namespace

std::string identity_path(const std::string& data_dir) {
  return data_dir + "/identity";
}

identity draw_identity(std::uint16_t partitions) {
  identity i;
  i.format = identity_format;
  i.partitions = partitions;
  i.hash_seed = draw();
  i.journal_tag = static_cast<std::uint32_t>(draw() & 0x3fff'ffff);
  return i;
}

std::string identity_text(const identity& i) {
  std::string out = body_of(i);
  const std::string sum = hex16(checksum(out));
  return out.append("checksum ").append(sum).append("\n");
}

expected<identity, open_error> parse_identity(std::string_view text, const std::string& path) {
  identity i;
  std::string_view rest = text;
  const bool titled = parse_number(take_line(rest, title), 10, i.format);
  if (titled && i.format > identity_format)
    return unexpected(open_error{.damaged = true,
                                 .what = path + ": the data directory has format " +
                                         std::to_string(i.format) + ", this build reads up to " +
                                         std::to_string(identity_format) +
                                         "; use the newer switchboard that wrote it"});
  const bool whole = titled && parse_number(take_line(rest, "partitions "), 10, i.partitions) &&
                     parse_number(take_line(rest, "hash_seed "), 16, i.hash_seed) &&
                     parse_number(take_line(rest, "journal_tag "), 16, i.journal_tag);
  if (!whole || i.partitions == 0 || identity_text(i) != text)
    return unexpected(open_error{.damaged = true,
                                 .what = path + ": damaged at byte " +
                                         std::to_string(text.size() - rest.size()) +
                                         " or behind (checksum or form); restore it from a backup"});
  return i;
}

expected<identity, open_error> load_identity(const std::string& data_dir) {
  const std::string path = identity_path(data_dir);
  auto text = read_small_file(path, identity_size_max);
  if (!text) {
    const bool unreadable = text.error().number == EACCES || text.error().number == EPERM;
    return unexpected(open_error{.damaged = !unreadable, .what = text.error().what});
  }
  return parse_identity(*text, path);
}

expected<void, open_error> store_identity(const std::string& data_dir, const identity& i) {
  if (auto stored = write_file_durably(identity_path(data_dir), identity_text(i)); !stored)
    return unexpected(open_error{.what = stored.error().what});
  return {};
}

}  // namespace switchboard::storage
