#include "domain/json.hpp"
#include "net/api/body.hpp"
#include "net/api/handlers.hpp"

#include <algorithm>
#include <filesystem>

namespace switchboard::net::api {

namespace {

constexpr std::size_t name_bytes_max = 128;

/// One folder below the configured one, and no way out of it.
bool is_name(std::string_view text) {
  if (text.empty() || text.size() > name_bytes_max || text.front() == '.') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

/// Where the engine puts them; empty: nowhere.
std::string directory_of(const config::settings& s) {
  if (s.storage.backup_dir.empty()) return {};
  std::error_code unknown;
  const auto whole = std::filesystem::absolute(s.storage.backup_dir, unknown);
  return unknown ? s.storage.backup_dir : whole.lexically_normal().string();
}

std::string to_json(const actors::backup_progress& b, const std::string& directory) {
  using phase = actors::backup_progress::phase;
  std::string body;
  domain::json_object o{body};
  o.text("state", to_word(b.state));
  o.text_if("directory", directory);
  o.text_if("path", b.path);
  if (b.state != phase::none) {
    o.number("bytes", b.bytes);
    o.number("bytesInAll", b.bytes_all);
  }
  if (b.state == phase::done) {
    o.number("files", b.files);
    o.number("firstEvent", b.first);
    o.number("lastEvent", b.last);
  }
  o.text_if("problem", b.problem);
  o.end();
  return body;
}

}  // namespace

void get_backup(call&& c) {
  respond_json(c.exchange, to_json(c.ctx->engine->backup(), directory_of(*c.ctx->engine->settings())));
}

void start_backup(call&& c) {
  body_reader body(c.exchange->request().body, {"name"});
  const auto name = body.text("name");
  if (body.ok() && (!name || !is_name(*name)))
    body.wrong("name",
               "a folder's name: letters, digits, '.', '-' and '_', at most 128, not beginning with a '.'");
  if (!body.ok()) return body.respond_errors(c.exchange);
  const auto directory = directory_of(*c.ctx->engine->settings());
  if (directory.empty()) {
    return respond_problem(c.exchange, 409, "no-backup-dir", "No place for backups",
                           "set storage.backup_dir in the config and reload it");
  }
  if (!c.ctx->engine->start_backup((std::filesystem::path(directory) / *name).string())) {
    return respond_problem(c.exchange, 409, "backup-running", "A backup is under way",
                           "GET /backup says how far it is; begin the next when it is done");
  }
  respond_json(c.exchange, to_json(c.ctx->engine->backup(), directory), 202);
}

}  // namespace switchboard::net::api
