#include "cli/asking.hpp"

#include "cli/exit_code.hpp"
#include "cli/interrupt.hpp"

#include <simdjson.h>

#include <cstdio>
#include <utility>

namespace switchboard::cli {

namespace {

constexpr const char* not_written = "writing to standard output failed";

}  // namespace

int fail(std::string_view command, const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "switchboard %.*s: %s\n", static_cast<int>(command.size()), command.data(),
               what.c_str());
  return exit_failed;
}

asked_engine::asked_engine(url where, const std::string& token)
    : client_(std::move(where), {.stop = &interrupted()}), headers_{{"Accept", "application/json"}} {
  if (!token.empty()) headers_.emplace_back("Authorization", "Bearer " + token);
}

expected<asked_engine, std::string> asked_engine::at(const std::string& url, const std::string& token) {
  catch_interrupts();
  auto where = parse_url(url.empty() ? "http://127.0.0.1:8080" : url);
  if (!where) return unexpected{where.error()};
  return asked_engine(*std::move(where), token);
}

expected<http_reply, std::string> asked_engine::ask(const std::string& target, const std::string& method) {
  auto reply = client_.send({.method = method, .target = target, .headers = headers_, .body = {}});
  if (!reply) return unexpected{reply.error().what};
  return *std::move(reply);
}

std::string refusal(const http_reply& reply, const refusal_hints& hints) {
  std::string out = "the engine answered " + std::to_string(reply.status);
  simdjson::dom::parser parser;
  std::string_view detail;
  if (parser.parse(reply.body)["detail"].get(detail) == simdjson::SUCCESS) out += ": " + std::string(detail);
  if (reply.status == 401 || reply.status == 403)
    out += "; give " + std::string(hints.whose_token) + " with --token or SWITCHBOARD_TOKEN";
  if (reply.status == 404 && !hints.where_missing.empty()) out += "; " + std::string(hints.where_missing);
  return out;
}

std::optional<std::string> put_out(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return std::nullopt;
  return not_written;
}

int finish(std::string_view command) {
  return std::fflush(stdout) == 0 ? exit_ok : fail(command, not_written);
}

}  // namespace switchboard::cli
