#include "cli/usage_error.hpp"

#include "config/nearest.hpp"

#include <algorithm>

namespace switchboard::cli {

namespace {

/// A word further away than so many letters is no slip of the keyboard, and a guess would only mislead.
constexpr std::size_t typing_errors_max = 2;

}  // namespace

std::string usage_error(const CLI::App& app, int argc, const char* const* argv, const std::string& what) {
  const CLI::App* at = &app;
  std::string path = "switchboard";
  std::string unknown;
  for (int i = 1; i < argc && unknown.empty(); ++i) {
    const std::string word = argv[i];
    const auto children = at->get_subcommands([](const CLI::App*) { return true; });
    if (word.starts_with('-') || children.empty()) break;
    const auto found =
        std::find_if(children.begin(), children.end(), [&](const auto* c) { return c->get_name() == word; });
    if (found == children.end()) {
      const auto nearest =
          std::min_element(children.begin(), children.end(), [&](const auto* x, const auto* y) {
            return config::edit_distance(word, x->get_name()) < config::edit_distance(word, y->get_name());
          });
      unknown = "no command \"" + word + "\"; ";
      const auto far = config::edit_distance(word, (*nearest)->get_name());
      if (far <= typing_errors_max && far < word.size()) {
        unknown += "did you mean \"" + (*nearest)->get_name() + "\"?";
      } else {
        unknown += "there are";
        for (const auto* c : children) unknown += (c == children.front() ? " " : ", ") + c->get_name();
      }
    } else {
      at = *found;
      path += ' ' + word;
    }
  }
  std::string line = unknown.empty() ? what : unknown;
  std::replace(line.begin(), line.end(), '\n', ' ');
  return path + ": " + line + " (see `" + path + " --help`)";
}

}  // namespace switchboard::cli
