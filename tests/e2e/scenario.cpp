#include "scenario.hpp"

#include "json_text.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>

namespace switchboard::e2e {

namespace fs = std::filesystem;

namespace {

const std::set<std::string> verbs{"deliver", "event", "call", "restart", "kill", "account", "reload"};

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return std::string(text);
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> out;
  for (std::string w; in >> w;) out.push_back(w);
  return out;
}

/// A line that begins with '/' is an expectation; everything else indented is body.
std::optional<expectation> read_expectation(const std::string& text, std::size_t line) {
  if (!text.starts_with('/')) return std::nullopt;
  expectation e;
  e.line = line;
  const auto space = text.find(' ');
  e.pointer = text.substr(0, space);
  const auto rest =
      space == std::string::npos ? std::string{} : trimmed(std::string_view(text).substr(space));
  using enum expectation::kind;
  if (rest == "absent") {
    e.what = absent;
    return e;
  }
  const auto taken = [&](const char* sign, expectation::kind what) {
    if (!rest.starts_with(sign)) return false;
    e.what = what;
    e.value = trimmed(std::string_view(rest).substr(std::string_view(sign).size()));
    return true;
  };
  if (taken("->", captures) || taken("=", equals) || taken("~", contains)) return e;
  return std::nullopt;
}

}  // namespace

scenario read_scenario(const fs::path& file) {
  std::ifstream in(file);
  scenario s;
  s.name = file.stem().string();
  const auto fail = [&](std::size_t line, const std::string& what) {
    return std::runtime_error(file.string() + ":" + std::to_string(line) + ": " + what);
  };
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto text = trimmed(line);
    if (text.empty() || text.starts_with('#')) continue;
    if (!line.starts_with(' ')) {
      auto words = words_of(text);
      if (!verbs.contains(words.front())) throw fail(number, "no such step: " + words.front());
      s.steps.push_back({.verb = words.front(),
                         .words = {words.begin() + 1, words.end()},
                         .body = {},
                         .expected = {},
                         .line = number});
      continue;
    }
    if (s.steps.empty()) throw fail(number, "an indented line before the first step");
    auto& step = s.steps.back();
    if (const auto e = read_expectation(text, number)) {
      step.expected.push_back(*e);
    } else if (text.starts_with('/')) {
      throw fail(number, "an expectation is `/pointer = value`, `~ part`, `absent` or `-> variable`");
    } else {
      step.body += text;
    }
  }
  if (s.steps.empty()) throw fail(number, "no step");
  return s;
}

std::vector<fs::path> scenario_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(SWITCHBOARD_SOURCE_DIR) / "tests" / "scenarios")) {
    if (entry.path().extension() == ".scenario") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string substitute(std::string text, const std::map<std::string, std::string>& variables) {
  for (const auto& [name, value] : variables) {
    const std::string mark = "${" + name + "}";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

std::string mismatch(std::string_view json, const std::vector<expectation>& expected,
                     std::map<std::string, std::string>& variables) {
  using enum expectation::kind;
  for (const auto& e : expected) {
    const auto pointer = substitute(e.pointer, variables);
    const auto value = substitute(e.value, variables);
    // `= "7"` asks for a string, `= 7` takes both.
    const bool exact = value.starts_with('"') || value.starts_with('{') || value.starts_with('[');
    const auto found = exact && e.what == equals ? json_at(json, pointer) : text_at(json, pointer);
    const auto said =
        " (line " + std::to_string(e.line) + ": " + pointer + " is " + found.value_or("absent") + ")";
    if (e.what == absent) {
      if (found) return "there should be nothing" + said;
      continue;
    }
    if (!found) return "nothing there" + said;
    if (e.what == captures) variables[value] = *found;
    if (e.what == equals && *found != value) return "not " + value + said;
    if (e.what == contains && found->find(value) == std::string::npos) return "nothing of " + value + said;
  }
  return {};
}

}  // namespace switchboard::e2e
