#include "cli/explain.hpp"

#include "cli/exit_code.hpp"
#include "cli/http_client.hpp"
#include "cli/interrupt.hpp"
#include "cli/json_members.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <vector>

namespace switchboard::cli {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

// -- its lines -----------------------------------------------------------------------------------------------

/// "offer_made → ada", or why nobody.
std::string headline(const object& d) {
  std::string out = "#" + std::to_string(number_of(d, "sequence")) + "  ";
  const auto at = text_of(d, "at");  // what was decided before there was one has none
  if (!at.empty()) out += at + "  ";
  out += text_of(d, "event");
  const auto agent = text_of(d, "agent");
  if (agent.empty()) return out + ": nobody, it waits\n";
  const auto by = text_of(d, "by");
  out += " to " + agent;
  if (by == "hand") out += ", by hand";
  if (by == "overflow") out += ", by the queue's overflow";
  return out + "\n";
}

std::string where(const object& d) {
  std::string out = "    queue " + text_of(d, "queue") + ", ring " + std::to_string(number_of(d, "ring")) +
                    ", config " + config_version(d);
  const auto rule = text_of(d, "rule");
  if (!rule.empty()) out += ", rule " + rule;
  const auto hold = text_of(d, "hold");
  if (!hold.empty()) out += "; held: " + hold;
  out += "\n";
  const auto required = skills_of(d, "requires", "level");
  const auto preferred = skills_of(d, "prefers", "weight");
  if (!required.empty()) out += "    requires " + required + "\n";
  if (!preferred.empty()) out += "    prefers " + preferred + " (weights)\n";
  return out;
}

/// "2 eligible; 28 not: presence 20, skill 8".
std::string counts(const object& d) {
  std::string why;
  std::uint64_t rejected = 0;
  object all;
  if (d.at_key("rejected").get(all) == simdjson::SUCCESS) {
    for (const auto& [name, value] : all) {
      std::uint64_t n = 0;
      if (value.get(n) != simdjson::SUCCESS) continue;
      rejected += n;
      why += (why.empty() ? ": " : ", ") + std::string(name) + " " + std::to_string(n);
    }
  }
  return "    " + std::to_string(number_of(d, "eligible")) + " eligible, " + std::to_string(rejected) +
         " not" + why + "\n";
}

/// An element of a key: [over, under], less is better.
std::string fraction(const element& e) {
  array pair;
  if (e.get(pair) != simdjson::SUCCESS) return "?";
  std::int64_t over = 0, under = 1;
  if (pair.at(0).get(over) != simdjson::SUCCESS || pair.at(1).get(under) != simdjson::SUCCESS) return "?";
  return std::to_string(over) + (under == 1 ? "" : "/" + std::to_string(under));
}

std::string key_of(const object& candidate, const std::vector<std::string>& words,
                   const std::string& decided) {
  std::string out;
  array key;
  if (candidate.at_key("key").get(key) != simdjson::SUCCESS) return out;
  std::size_t i = 0;
  for (const auto part : key) {
    const std::string word = i < words.size() ? words[i] : "?";
    out += (out.empty() ? "" : ", ") + word + " " + fraction(part) + (word == decided ? " (decides)" : "");
    ++i;
  }
  return out;
}

std::string candidates(const object& d) {
  const auto all = objects_of(d, "candidates");
  const auto words = texts_of(d, "keys");
  const auto decided = text_of(d, "decidedBy");
  const auto best = text_of(d, "best");
  std::size_t width = 0;
  for (const auto& c : all) width = std::max(width, text_of(c, "agent").size());
  std::string out;
  for (const auto& c : all) {
    auto agent = text_of(c, "agent");
    const bool is_best = agent == best;
    agent.resize(width, ' ');
    const auto reject = text_of(c, "reject");
    const auto hold = text_of(c, "hold");
    out += (is_best ? "  * " : "    ") + agent + "  ";
    out += reject.empty() ? key_of(c, words, decided) : "no: " + reject;
    if (!hold.empty()) out += "; held: " + hold;
    out += "\n";
  }
  const auto looked = number_of(d, "eligible");
  const auto shown = static_cast<std::uint64_t>(
      std::count_if(all.begin(), all.end(), [](const object& c) { return text_of(c, "reject").empty(); }));
  if (looked > shown) out += "    … and " + std::to_string(looked - shown) + " more who are eligible\n";
  return out;
}

// -- the engine's pages --------------------------------------------------------------------------------------

int fail(const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "switchboard explain: %s\n", what.c_str());
  return exit_failed;
}

std::string refusal(const http_reply& reply) {
  std::string out = "the engine answered " + std::to_string(reply.status);
  simdjson::dom::parser parser;
  std::string_view detail;
  if (parser.parse(reply.body)["detail"].get(detail) == simdjson::SUCCESS) out += ": " + std::string(detail);
  if (reply.status == 401 || reply.status == 403) out += "; give a token with --token or SWITCHBOARD_TOKEN";
  if (reply.status == 404) out += "; GET /v1/conversations lists those that this token may see";
  return out;
}

struct decision_page {
  std::vector<std::string> rows;
  std::string next;  ///< empty: none
};

std::optional<decision_page> read_page(const std::string& body) {
  simdjson::dom::parser parser;
  object page;
  array rows;
  if (parser.parse(body).get(page) != simdjson::SUCCESS ||
      page.at_key("decisions").get(rows) != simdjson::SUCCESS)
    return std::nullopt;
  decision_page out;
  for (const auto row : rows) out.rows.push_back(simdjson::minify(row));
  out.next = text_of(page, "cursor");
  return out;
}

/// Nullopt: printed.
std::optional<std::string> print(const decision_page& page, bool json) {
  for (const auto& row : page.rows) {
    auto text = json ? expected<std::string, std::string>(row + "\n") : decision_text(row);
    if (!text) return "the engine's answer holds " + text.error();
    if (std::fwrite(text->data(), 1, text->size(), stdout) != text->size())
      return "writing to standard output failed";
  }
  return std::nullopt;
}

}  // namespace

expected<std::string, std::string> decision_text(std::string_view json) {
  simdjson::dom::parser parser;
  object d;
  if (parser.parse(json.data(), json.size()).get(d) != simdjson::SUCCESS || text_of(d, "event").empty())
    return unexpected{std::string("what is no decision; is this switchboard as new as the engine?")};
  return headline(d) + where(d) + counts(d) + candidates(d);
}

int run_explain(const explain_options& options) {
  catch_interrupts();
  const auto where = parse_url(options.url.empty() ? "http://127.0.0.1:8080" : options.url);
  if (!where) return fail(where.error());
  http_client client(*where, {.stop = &interrupted()});
  http_fields headers{{"Accept", "application/json"}};
  if (!options.token.empty()) headers.emplace_back("Authorization", "Bearer " + options.token);
  const auto list = "/v1/conversations/" + percent_encode(options.conversation) + "/decisions?limit=50";
  std::string next;
  bool any = false;
  while (!interrupted().load()) {
    const auto target = next.empty() ? list : list + "&cursor=" + percent_encode(next);
    const auto reply = client.send({.target = target, .headers = headers, .body = {}});
    if (!reply) return fail(reply.error().what);
    if (reply->status != 200) return fail(refusal(*reply));
    const auto page = read_page(reply->body);
    if (!page) return fail("the engine's answer is no page of decisions");
    if (const auto problem = print(*page, options.json)) return fail(*problem);
    any = any || !page->rows.empty();
    if (page->next.empty() || page->next == next) break;
    next = page->next;
  }
  if (!any && !options.json) std::printf("nothing was decided about it yet\n");
  return std::fflush(stdout) == 0 ? exit_ok : fail("writing to standard output failed");
}

}  // namespace switchboard::cli
