#include "cli/dead_letters.hpp"

#include "cli/asking.hpp"
#include "cli/exit_code.hpp"
#include "cli/interrupt.hpp"

#include <simdjson.h>

#include <cstdio>
#include <sstream>

namespace switchboard::cli {

namespace {

constexpr std::string_view command = "dead-letters";

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

int list(asked_engine& engine) {
  std::string next;
  while (!interrupted().load()) {
    const std::string query = next.empty() ? "?limit=200" : "?limit=200&cursor=" + percent_encode(next);
    const auto reply = engine.ask("/v1/dead-letters" + query);
    if (!reply) return fail(command, reply.error());
    if (reply->status != 200) return fail(command, refusal(*reply));
    const auto page = print_page(reply->body);
    if (!page) return fail(command, "the engine's answer is " + page.error());
    if (page->empty() || *page == next) break;
    next = *page;
  }
  return exit_ok;
}

}  // namespace

int run_dead_letters(const dead_letters_options& options) {
  auto engine = asked_engine::at(options.url, options.token);
  if (!engine) return fail(command, engine.error());
  using action = dead_letters_options::action;
  if (options.what == action::list) return list(*engine);
  const std::string one = "/v1/dead-letters/" + percent_encode(options.id);
  const bool replay = options.what == action::replay;
  const auto reply = engine->ask(replay ? one + "/replay" : one, replay ? "POST" : "GET");
  if (!reply) return fail(command, reply.error());
  if (reply->status < 200 || reply->status > 299) {
    return fail(command,
                refusal(*reply, {.where_missing = "`switchboard dead-letters list` shows the ids that this "
                                                  "token may see"}));
  }
  if (!reply->body.empty()) print_line(reply->body);
  if (replay && reply->body.starts_with("{\"events\":0,")) {
    return fail(command, "nothing came of it: it can still not be understood; see `dead-letters show " +
                             options.id + "` for the reason");
  }
  return exit_ok;
}

}  // namespace switchboard::cli
