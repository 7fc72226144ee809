// A secret in the config file ends up in backups, tickets and version control; so the file names where it is,
// and only a demo may hold it.

#include "config/reader.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace switchboard::config {
namespace {

constexpr std::size_t secret_bytes_max = 64 << 10;

bool is_variable_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), allowed);
}

std::optional<std::string> from_environment(reader& r, const toml::node& node, const std::string& name,
                                            const secret_use& use) {
  // Not shown if it can't be a name: it may well be the secret itself.
  if (!is_variable_name(name)) {
    r.report(node.source().begin, "env in " + std::string(use.name) +
                                      " must be the name of a variable, like \"" + use.variable +
                                      "\", not its value");
    return std::nullopt;
  }
  const char* found = std::getenv(name.c_str());
  if (found == nullptr && use.may_be_unset) return std::string{};
  if (found == nullptr || *found == '\0') {
    r.report(node.source().begin,
             "environment variable " + in_quotes(name) + " for " + std::string(use.name) + " is " +
                 (found == nullptr ? "not set" : "empty") + "; set it where the engine is started",
             found == nullptr);
    return std::nullopt;
  }
  return std::string(found);
}

std::optional<std::string> from_file(reader& r, const toml::node& node, const std::string& name,
                                     const secret_use& use) {
  const std::string path = r.resolve(name);
  const auto refuse = [&](std::string_view why, bool elsewhere = false) {
    r.report(node.source().begin,
             "file " + in_quotes(path) + " for " + std::string(use.name) + " " + std::string(why), elsewhere);
    return std::nullopt;
  };
  std::ifstream in(path, std::ios::binary);
  std::string content(secret_bytes_max + 1, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (!in.eof() && in.fail())
    return refuse("cannot be read; does it exist, and may this user read it?", true);
  content.resize(static_cast<std::size_t>(in.gcount()));
  if (content.size() > secret_bytes_max) return refuse("is larger than 64 KiB; that is no secret");
  if (content.ends_with('\n')) content.pop_back();
  if (content.ends_with('\r')) content.pop_back();
  if (content.empty()) return refuse("is empty");
  return content;
}

std::optional<std::string> from_table(reader& r, const toml::table& table, const secret_use& use) {
  constexpr std::string_view known[] = {"env", "file"};
  bool fine = true;
  for (auto&& [key, node] : table) {
    if (std::find(std::begin(known), std::end(known), key.str()) == std::end(known)) {
      r.report(key.source().begin,
               "unknown key " + in_quotes(key.str()) + " in " + std::string(use.name) +
                   r.suggest(key.str(), known, "; write { env = \"…\" } or { file = \"…\" }"));
      fine = false;
    } else if (!node.is_string() || node.as_string()->get().empty()) {
      r.report(node.source().begin, std::string(key.str()) + " in " + std::string(use.name) +
                                        " must be a string, like " +
                                        (key.str() == "env" ? '"' + use.variable + '"' : "\"secrets/meta\""));
      fine = false;
    }
  }
  if (fine && table.size() != 1) {
    r.report(table.source().begin,
             std::string(use.name) + " needs one of { env = \"…\" } and { file = \"…\" }");
    fine = false;
  }
  if (!fine) return std::nullopt;
  if (const toml::node* variable = table.get("env")) {
    return from_environment(r, *variable, variable->as_string()->get(), use);
  }
  const toml::node* file = table.get("file");
  return from_file(r, *file, file->as_string()->get(), use);
}

}  // namespace

std::optional<std::string> read_secret(reader& r, const toml::node& node, const secret_use& use) {
  const auto at = node.source().begin;
  const std::string name(use.name);
  std::optional<std::string> secret;
  if (const auto* text = node.as_string()) {
    if (!use.literal) {
      r.report(at, name + " is written out, which only [server] demo = true allows; write { env = \"" +
                       use.variable + "\" } or { file = \"…\" }");
      return std::nullopt;
    }
    secret = text->get();
  } else if (const auto* table = node.as_table()) {
    secret = from_table(r, *table, use);
    if (!secret) return std::nullopt;
    if (secret->empty() && use.may_be_unset) return secret;
  } else {
    r.report(at, name + " must be { env = \"" + use.variable + "\" } or { file = \"…\" }, not " +
                     std::string(type_word(node)));
    return std::nullopt;
  }
  if (secret->empty()) {
    r.report(at, name + " is empty");
  } else if (secret->find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos) {
    r.report(at, name + " has more than one line; a secret is one");
  } else if (secret->size() < use.bytes_min) {
    r.report(at, name + " has " + std::to_string(secret->size()) + " bytes, easy to guess; use at least " +
                     std::to_string(use.bytes_min) + ", e.g. from: openssl rand -hex 24");
  } else {
    return secret;
  }
  return std::nullopt;
}

}  // namespace switchboard::config
