#include "cli/backup.hpp"

#include "cli/data_directory.hpp"
#include "cli/exit_code.hpp"
#include "cli/figures.hpp"
#include "cli/http_client.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "domain/json.hpp"
#include "storage/backup.hpp"

#include <simdjson.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <thread>

namespace switchboard::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* default_url = "http://127.0.0.1:8081";
constexpr std::chrono::milliseconds ask_again{100};

int fail(const char* command, int code, const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "switchboard %s: %s\n", command, what.c_str());
  return code;
}

/// Of a path that someone typed: without a slash at the end.
std::string plain(const std::string& path) {
  auto p = fs::path(path).lexically_normal();
  if (!p.has_filename() && p.has_parent_path() && p != p.root_path()) p = p.parent_path();
  return p.string();
}

std::string figures(std::uint64_t files, std::uint64_t bytes, std::uint64_t first, std::uint64_t last) {
  return format("%s files, %s, every event up to %s (replayable from %s)", format_count(files).c_str(),
                format_bytes(bytes).c_str(), format_count(last).c_str(), format_count(first).c_str());
}

std::string figures(const storage::backup_manifest& m) {
  return figures(m.files.size(), m.bytes(), m.first, m.last);
}

/// The bar's part of a copy_watch.
storage::copy_watch watched(progress_bar& bar, const char* unit) {
  storage::copy_watch watch;
  watch.stop = &interrupted();
  watch.progress = [&bar, unit](std::uint64_t bytes, std::uint64_t all) {
    bar.show(static_cast<double>(bytes) / static_cast<double>(all == 0 ? 1 : all), bytes, unit);
  };
  return watch;
}

// -- of a running engine --------------------------------------------------------------------------------------

/// What GET and POST /backup say.
struct engine_answer {
  int status = 0;
  std::string state, directory, path, problem, detail;
  std::uint64_t bytes = 0, bytes_in_all = 0, files = 0, first = 0, last = 0;
};

engine_answer read_answer(const http_reply& reply) {
  engine_answer a;
  a.status = reply.status;
  simdjson::dom::parser parser;
  simdjson::dom::object o;
  if (parser.parse(reply.body).get(o) != simdjson::SUCCESS) return a;
  const auto text = [&](const char* name, std::string& into) {
    std::string_view value;
    if (o[name].get(value) == simdjson::SUCCESS) into = value;
  };
  const auto number = [&](const char* name, std::uint64_t& into) {
    std::uint64_t value = 0;
    if (o[name].get(value) == simdjson::SUCCESS) into = value;
  };
  text("state", a.state);
  text("directory", a.directory);
  text("path", a.path);
  text("problem", a.problem);
  text("detail", a.detail);
  number("bytes", a.bytes);
  number("bytesInAll", a.bytes_in_all);
  number("files", a.files);
  number("firstEvent", a.first);
  number("lastEvent", a.last);
  return a;
}

expected<engine_answer, std::string> ask(http_client& client, const char* method, const std::string& body) {
  const auto reply =
      client.send({.method = method,
                   .target = "/backup",
                   .headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}},
                   .body = body});
  if (!reply) return unexpected{reply.error().what};
  auto a = read_answer(*reply);
  if (reply->status == 404)
    return unexpected{
        std::string("the engine has no /backup there; give --url of its server.admin_listen, e.g. ") +
        default_url};
  if (reply->status > 299)
    return unexpected{"the engine answered " + std::to_string(reply->status) +
                      (a.detail.empty() ? "" : ": " + a.detail)};
  return a;
}

/// The name below storage.backup_dir that `--to` means; the engine writes nowhere else.
expected<std::string, std::string> name_of(const std::string& to, const engine_answer& engine) {
  if (engine.directory.empty())
    return unexpected{
        std::string("the engine has no place for backups; set storage.backup_dir in its config and "
                    "reload it")};
  const fs::path asked = plain(to);
  if (!asked.has_parent_path()) return asked.string();
  std::error_code unknown;
  const auto parent = fs::absolute(asked.parent_path(), unknown).lexically_normal();
  if (parent == fs::path(engine.directory) || fs::equivalent(parent, engine.directory, unknown))
    return asked.filename().string();
  return unexpected{"the engine puts backups below " + engine.directory +
                    " (storage.backup_dir) only; use --to " +
                    (fs::path(engine.directory) / asked.filename()).string()};
}

/// Until the engine is done with it.
expected<engine_answer, std::string> follow(http_client& client, engine_answer now) {
  const std::string path = now.path;
  progress_bar bar;
  while (now.state == "running") {
    if (interrupted().load())
      return unexpected{"no longer waiting; the engine goes on with " + path +
                        ", GET /backup says how far it is"};
    bar.show(
        static_cast<double>(now.bytes) / static_cast<double>(now.bytes_in_all == 0 ? 1 : now.bytes_in_all),
        now.bytes, "bytes");
    std::this_thread::sleep_for(ask_again);
    auto next = ask(client, "GET", {});
    if (!next) return next;
    now = *std::move(next);
    if (now.path != path) return unexpected{"the engine has begun another backup, " + now.path};
  }
  if (now.state != "done") return unexpected{now.problem.empty() ? "it ended as " + now.state : now.problem};
  return now;
}

int back_up_running(const backup_options& o) {
  const auto where = parse_url(o.url.empty() ? default_url : o.url);
  if (!where) return fail("backup", exit_failed, where.error());
  http_client client(*where, {.stop = &interrupted()});
  auto engine = ask(client, "GET", {});
  if (!engine) return fail("backup", exit_failed, engine.error());
  const auto name = name_of(o.to, *engine);
  if (!name) return fail("backup", exit_failed, name.error());
  std::string body;
  domain::json_object asked{body};
  asked.text("name", *name);
  asked.end();
  auto begun = ask(client, "POST", body);
  if (begun) begun = follow(client, *std::move(begun));
  if (!begun) return fail("backup", exit_failed, begun.error());
  std::printf("backup ok: %s: %s\n", begun->path.c_str(),
              figures(begun->files, begun->bytes, begun->first, begun->last).c_str());
  return exit_ok;
}

// -- of a stopped one ---------------------------------------------------------------------------------------------

int back_up_directory(const backup_options& o) {
  if (const auto why = why_no_data_directory(o.data_dir)) return fail("backup", exit_failed, *why);
  if (const auto user = user_of_data_directory(o.data_dir))
    return fail("backup", exit_failed,
                o.data_dir + ": in use by process " + std::to_string(*user) +
                    "; ask that engine with --url, or stop it first");
  const std::string to = plain(o.to);
  const auto made = [&] {
    progress_bar bar;
    return storage::back_up_stopped(plain(o.data_dir), to, watched(bar, "bytes"));
  }();
  if (!made) return fail("backup", failure_exit(made.error().damaged), made.error().what);
  std::printf("backup ok: %s: %s\n", to.c_str(), figures(*made).c_str());
  return exit_ok;
}

}  // namespace

int run_backup(const backup_options& options) {
  catch_interrupts();
  return options.data_dir.empty() ? back_up_running(options) : back_up_directory(options);
}

int run_restore(const restore_options& options) {
  catch_interrupts();
  std::error_code unknown;
  const std::string from = plain(options.from), to = plain(options.data_dir);
  if (!fs::exists(from, unknown)) return fail("restore", exit_failed, from + ": no such directory");
  if (!fs::is_directory(from, unknown)) return fail("restore", exit_failed, from + ": not a directory");
  const auto restored = [&] {
    progress_bar bar;
    return storage::restore(from, to, watched(bar, "bytes"));
  }();
  if (!restored) return fail("restore", failure_exit(restored.error().damaged), restored.error().what);
  std::printf("restore ok: %s: %s; serve it with --data-dir %s\n", to.c_str(), figures(*restored).c_str(),
              to.c_str());
  return exit_ok;
}

}  // namespace switchboard::cli
