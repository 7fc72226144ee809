#include "cli/shadow.hpp"

#include "cli/asking.hpp"
#include "cli/json_members.hpp"

#include <cstdio>
#include <vector>

namespace switchboard::cli {

namespace {

using simdjson::dom::array;
using simdjson::dom::object;

/// "    live    queue support, rule refunds, priority medium; asks ada, by load_balanced, ring 0".
std::string side(const object& d, const char* name, const char* label) {
  object s;
  if (d.at_key(name).get(s) != simdjson::SUCCESS) return {};
  std::string out = label + ("queue " + text_of(s, "queue"));
  const auto rule = text_of(s, "rule");
  if (!rule.empty()) out += ", rule " + rule;
  out += ", priority " + text_of(s, "priority");
  const auto required = skills_of(s, "requires", "level");
  const auto preferred = skills_of(s, "prefers", "weight");
  if (!required.empty()) out += ", requires " + required;
  if (!preferred.empty()) out += ", prefers " + preferred;
  const auto agent = text_of(s, "agent");
  if (agent.empty()) return out + "; lets it wait\n";
  const auto decided = text_of(s, "decidedBy");
  out += "; asks " + agent;
  if (text_of(s, "by") == "overflow") out += ", by the queue's overflow";
  if (!decided.empty()) out += ", by " + decided;
  return out + ", ring " + std::to_string(number_of(s, "ring")) + "\n";
}

std::string difference(const object& d) {
  return text_of(d, "at") + "  " + text_of(d, "conversation") + "  " + text_of(d, "outcome") + "\n" +
         side(d, "live", "    live    ") + side(d, "shadow", "    shadow  ");
}

/// "813 compared: same 812, other_queue 1".
std::string counts(const object& shadow) {
  object all;
  std::string words;
  std::uint64_t compared = 0;
  if (shadow.at_key("outcomes").get(all) != simdjson::SUCCESS) return {};
  for (const auto& [name, value] : all) {
    std::uint64_t n = 0;
    if (value.get(n) != simdjson::SUCCESS || n == 0) continue;
    compared += n;
    words += (words.empty() ? ": " : ", ") + std::string(name) + " " + std::to_string(n);
  }
  return std::to_string(compared) + " compared" + words;
}

constexpr std::string_view command = "shadow";
constexpr refusal_hints hints{.whose_token = "a supervisor's token",
                              .where_missing = "is the engine as new as this switchboard?"};

/// Nullopt: printed.
std::optional<std::string> print(const object& shadow, bool json) {
  std::string text;
  if (json) {
    for (const auto& d : objects_of(shadow, "differences")) text += simdjson::minify(d) + "\n";
  } else {
    auto lines = shadow_text(simdjson::minify(shadow));
    if (!lines) return "the engine's answer holds " + lines.error();
    text = *std::move(lines);
  }
  return put_out(text);
}

}  // namespace

expected<std::string, std::string> shadow_text(std::string_view json) {
  simdjson::dom::parser parser;
  object s;
  if (parser.parse(json.data(), json.size()).get(s) != simdjson::SUCCESS || text_of(s, "brand").empty())
    return unexpected{std::string("what is no shadow; is this switchboard as new as the engine?")};
  std::string out = "brand " + text_of(s, "brand") + ", shadow of config " + config_version(s) + " since " +
                    text_of(s, "since") + ": " + counts(s) + "\n";
  bool following = true;
  if (s.at_key("following").get(following) == simdjson::SUCCESS && !following)
    out += "    it was too far behind, or failed, and is left out until it begins anew\n";
  if (const auto skipped = number_of(s, "skipped"); skipped > 0)
    out += "    " + std::to_string(skipped) + " turns of the router were left out\n";
  for (const auto& d : objects_of(s, "differences")) out += difference(d);
  return out;
}

int run_shadow(const shadow_options& options) {
  auto engine = asked_engine::at(options.url, options.token);
  if (!engine) return fail(command, engine.error());
  std::string target = "/v1/routing/shadow";
  if (!options.brand.empty()) target += "?brand=" + percent_encode(options.brand);
  const auto reply = engine->ask(target);
  if (!reply) return fail(command, reply.error());
  if (reply->status != 200) return fail(command, refusal(*reply, hints));
  simdjson::dom::parser parser;
  object answer;
  array ignored;
  if (parser.parse(reply->body).get(answer) != simdjson::SUCCESS ||
      answer.at_key("shadows").get(ignored) != simdjson::SUCCESS)
    return fail(command, "the engine's answer is no list of shadows");
  const auto shadows = objects_of(answer, "shadows");
  for (const auto& s : shadows) {
    if (const auto problem = print(s, options.json)) return fail(command, *problem);
  }
  if (shadows.empty() && !options.json)
    std::printf("no brand's router has a shadow; routing.shadow names its file\n");
  return finish(command);
}

}  // namespace switchboard::cli
