#include "cli/dead_letters.hpp"

#include "cli/exit_code.hpp"
#include "cli/http_client.hpp"
#include "cli/interrupt.hpp"

#include <simdjson.h>

#include <cstdio>
#include <sstream>

namespace switchboard::cli {

namespace {

int fail(const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "switchboard dead-letters: %s\n", what.c_str());
  return exit_failed;
}

std::string refusal(const http_reply& reply, const std::string& id) {
  std::string out = "the engine answered " + std::to_string(reply.status);
  simdjson::dom::parser parser;
  std::string_view detail;
  if (parser.parse(reply.body)["detail"].get(detail) == simdjson::SUCCESS) out += ": " + std::string(detail);
  if (reply.status == 401 || reply.status == 403) out += "; give a token with --token or SWITCHBOARD_TOKEN";
  if (reply.status == 404 && !id.empty())
    out += "; `switchboard dead-letters list` shows the ids that this token may see";
  return out;
}

void print_line(const std::string& json) {
  std::string text = json;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  std::printf("%s\n", text.c_str());
}

/// Prints the rows of a page: the object's one array. Returns the next page's cursor (empty: none).
expected<std::string, std::string> print_page(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::object page;
  if (parser.parse(body).get(page) != simdjson::SUCCESS)
    return unexpected{std::string("not a page of dead letters")};
  std::string next;
  for (const auto& [name, value] : page) {
    simdjson::dom::array rows;
    std::string_view text;
    if (value.get(rows) == simdjson::SUCCESS) {
      for (const auto row : rows) print_line(simdjson::minify(row));
    } else if ((name == "next" || name == "cursor") && value.get(text) == simdjson::SUCCESS) {
      next = text;
    }
  }
  return next;
}

int list(http_client& client, const http_fields& headers) {
  std::string next;
  while (!interrupted().load()) {
    const std::string query = next.empty() ? "?limit=200" : "?limit=200&cursor=" + percent_encode(next);
    const auto reply = client.send({.target = "/v1/dead-letters" + query, .headers = headers, .body = {}});
    if (!reply) return fail(reply.error().what);
    if (reply->status != 200) return fail(refusal(*reply, {}));
    const auto page = print_page(reply->body);
    if (!page) return fail("the engine's answer is " + page.error());
    if (page->empty() || *page == next) break;
    next = *page;
  }
  return exit_ok;
}

}  // namespace

int run_dead_letters(const dead_letters_options& options) {
  catch_interrupts();
  const auto where = parse_url(options.url.empty() ? "http://127.0.0.1:8080" : options.url);
  if (!where) return fail(where.error());
  http_client client(*where, {.stop = &interrupted()});
  http_fields headers{{"Accept", "application/json"}};
  if (!options.token.empty()) headers.emplace_back("Authorization", "Bearer " + options.token);
  using action = dead_letters_options::action;
  if (options.what == action::list) return list(client, headers);
  const std::string one = "/v1/dead-letters/" + percent_encode(options.id);
  const bool replay = options.what == action::replay;
  const auto reply = client.send({.method = replay ? "POST" : "GET",
                                  .target = replay ? one + "/replay" : one,
                                  .headers = headers,
                                  .body = {}});
  if (!reply) return fail(reply.error().what);
  if (reply->status < 200 || reply->status > 299) return fail(refusal(*reply, options.id));
  if (!reply->body.empty()) print_line(reply->body);
  if (replay && reply->body.starts_with("{\"events\":0,")) {
    return fail("nothing came of it: it can still not be understood; see `dead-letters show " + options.id +
                "` for the reason");
  }
  return exit_ok;
}

}  // namespace switchboard::cli
