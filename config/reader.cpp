#include "config/reader.hpp"

#include "config/nearest.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <tuple>

namespace switchboard::config {
namespace {

// A machine-made file can be wrong ten thousand times over; nobody reads beyond this.
constexpr std::size_t problems_max = 1000;
// Suggestions compare with every known word: with many brands and many mistakes that takes long.
constexpr std::size_t suggestions_max = 100;
constexpr std::size_t shown_bytes_max = 64;

void sort_by_place(std::vector<problem>& problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const problem& a, const problem& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
}

}  // namespace

void reader::report(const toml::source_position& at, std::string what, bool elsewhere) {
  if (problems_.size() == problems_max) {
    ++left_out_;
    return;
  }
  problems_.push_back({file_, at.line, at.column, std::move(what), elsewhere});
}

void reader::warn(const toml::source_position& at, std::string what) {
  if (warnings_.size() < problems_max) warnings_.push_back({file_, at.line, at.column, std::move(what)});
}

std::string reader::suggest(std::string_view word, std::span<const std::string_view> known,
                            std::string_view otherwise) const {
  const std::string_view best =
      problems_.size() + warnings_.size() < suggestions_max ? nearest(word, known) : std::string_view{};
  if (best.empty()) return std::string(otherwise);
  return "; did you mean " + in_quotes(best) + "?";
}

std::string reader::resolve(std::string_view path) const {
  return (std::filesystem::path(directory_) / std::filesystem::path(path)).string();
}

std::string reader::place(const toml::source_position& at) const {
  return "line " + std::to_string(at.line);
}

void reader::append(reader&& other) {
  auto problems = other.take();
  auto warnings = other.take_warnings();
  std::move(problems.begin(), problems.end(), std::back_inserter(other_problems_));
  std::move(warnings.begin(), warnings.end(), std::back_inserter(other_warnings_));
}

std::vector<problem> reader::take() {
  sort_by_place(problems_);
  if (left_out_ > 0) {
    problems_.push_back({file_, 0, 0, "and " + std::to_string(left_out_) + " more; correct these first"});
  }
  std::move(other_problems_.begin(), other_problems_.end(), std::back_inserter(problems_));
  return std::move(problems_);
}

std::vector<std::string> reader::take_warnings() {
  sort_by_place(warnings_);
  std::vector<std::string> lines;
  for (const problem& p : warnings_) lines.push_back(to_text(p, true));
  std::move(other_warnings_.begin(), other_warnings_.end(), std::back_inserter(lines));
  return lines;
}

std::string listed(std::span<const std::string_view> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + in_quotes(words[i]);
  return out;
}

std::string in_quotes(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  const bool cut = text.size() > shown_bytes_max;
  if (cut) {
    text = text.substr(0, shown_bytes_max);
    // Not in the middle of a UTF-8 character.
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.remove_suffix(1);
    if (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80) != 0) text.remove_suffix(1);
  }
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  if (cut) out += "…";
  return out + '"';
}

std::string_view type_word(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a fraction";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

std::string shown(const toml::node& node) {
  if (const auto* s = node.as_string()) return in_quotes(s->get());
  if (const auto* i = node.as_integer()) return std::to_string(i->get());
  if (const auto* b = node.as_boolean()) return b->get() ? "true" : "false";
  if (const auto* f = node.as_floating_point()) {
    std::ostringstream text;
    text << f->get();
    return text.str();
  }
  return std::string(type_word(node));
}

toml::source_position position_of(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  return node ? node->source().begin : table.source().begin;
}

}  // namespace switchboard::config
