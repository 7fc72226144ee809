#pragma once
// What all subcommands declare their options with.

#include <CLI/CLI.hpp>

#include <string>

namespace switchboard::cli {

/// `examples`: two lines, each beginning with the command.
inline CLI::App* command(CLI::App& parent, const std::string& name, const std::string& sentence,
                         const std::string& examples) {
  auto* c = parent.add_subcommand(name, sentence);
  c->footer("Examples:\n" + examples);
  return c;
}

/// An option whose text is a number with a unit; the member is set while parsing.
template <class T, class Parse>
void unit_option(CLI::App* app, const std::string& names, T& value, Parse parse, const std::string& sentence,
                 const char* kind) {
  app->add_option_function<std::string>(
         names,
         [&value, parse, names](const std::string& text) {
           const auto parsed = parse(text);
           if (!parsed) throw CLI::ValidationError(names, "\"" + text + "\" is not like 250ms, 10s or 20k");
           value = static_cast<T>(*parsed);
         },
         sentence)
      ->type_name(kind);
}

}  // namespace switchboard::cli
