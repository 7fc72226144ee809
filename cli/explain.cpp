#include "cli/explain.hpp"

#include "cli/asking.hpp"
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
  std::string out = "    queue " + text_of(d, "queue") + ", ring " + std::to_string(number_of(d, "ring"));
  std::uint64_t config = 0;
  if (d.at_key("configVersion").get(config) == simdjson::SUCCESS) out += ", config " + config_version(d);
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

std::uint64_t rejected_of(const object& d, std::string* why = nullptr) {
  std::uint64_t rejected = 0;
  object all;
  if (d.at_key("rejected").get(all) != simdjson::SUCCESS) return 0;
  for (const auto& [name, value] : all) {
    std::uint64_t n = 0;
    if (value.get(n) != simdjson::SUCCESS) continue;
    rejected += n;
    if (why != nullptr) *why += (why->empty() ? ": " : ", ") + std::string(name) + " " + std::to_string(n);
  }
  return rejected;
}

/// "2 eligible, 28 not: presence 20, skill 8".
std::string counts(const object& d) {
  std::string why;
  const auto rejected = rejected_of(d, &why);
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
  const auto eligible = static_cast<std::uint64_t>(
      std::count_if(all.begin(), all.end(), [](const object& c) { return text_of(c, "reject").empty(); }));
  const auto unnamed = [&](std::uint64_t of, std::uint64_t named, const char* who) {
    if (of > named) out += "    … and " + std::to_string(of - named) + who;
  };
  unnamed(number_of(d, "eligible"), eligible, " more who are eligible\n");
  unnamed(rejected_of(d), all.size() - eligible, " more who are not\n");
  return out;
}

/// "about 5 min, 9 of 10 times within 12 min".
std::string wait_of(const object& position) {
  std::uint64_t p50 = 0, p90 = 0;
  if (position.at_key("p50Ms").get(p50) != simdjson::SUCCESS ||
      position.at_key("p90Ms").get(p90) != simdjson::SUCCESS)
    return "nobody can say for how long";
  const auto minutes = [](std::uint64_t ms) { return std::to_string((ms + 59'999) / 60'000) + " min"; };
  return "about " + minutes(p50) + " more, 9 of 10 times within " + minutes(p90);
}

// -- what is promised ----------------------------------------------------------------------------------------

/// "8 h 5 min", "1 min 30 s"
std::string duration_text(std::uint64_t ms) {
  const auto s = ms / 1000;
  const auto h = s / 3600, m = s / 60 % 60, rest = s % 60;
  std::string out;
  const auto add = [&](std::uint64_t n, const char* unit) {
    if (n > 0) out += (out.empty() ? "" : " ") + std::to_string(n) + unit;
  };
  add(h, " h");
  add(m, " min");
  add(rest, " s");
  return out.empty() ? "0 s" : out;
}

bool is_set(const object& o, std::string_view name) {
  bool set = false;
  return o.at_key(name).get(set) == simdjson::SUCCESS && set;
}

/// "firstResponse #1: due Tue 2026-06-02 09:20:00 +02:00, running, 20 min left".
std::string clock_headline(const object& k) {
  std::string out = text_of(k, "clock") + " #" + std::to_string(number_of(k, "instance")) + ": ";
  const auto due = text_of(k, "dueAtLocal");
  const bool never = is_set(k, "never"), breached = is_set(k, "breached");
  if (!due.empty()) out += (breached ? "was due " : "due ") + due + ", ";
  if (never) out += "never due, for its calendar has no such time ahead, ";
  out += text_of(k, "state");
  if (breached) out += ", breached";
  const auto left = number_of(k, "leftMs"), over = number_of(k, "overdueMs");
  const bool ended = !text_of(k, "endedAtLocal").empty();
  if (ended)
    return out + " at " + text_of(k, "endedAtLocal") + " after " + duration_text(number_of(k, "passedMs")) +
           "\n";
  return out + ", " + (over > 0 ? duration_text(over) + " over" : duration_text(left) + " left") + "\n";
}

std::string spans(const object& k, std::string_view name, std::string_view what) {
  std::string out;
  for (const auto& s : objects_of(k, name)) {
    const auto until = text_of(s, "untilLocal");
    out += "      " + std::string(what) + " " + text_of(s, "fromLocal") + " to " +
           (until.empty() ? "now" : until);
    const auto ms = number_of(s, "ms");
    if (ms > 0) out += ": " + duration_text(ms);
    out += "\n";
  }
  return out;
}

std::string clock_text(const object& k) {
  std::string out = "  " + clock_headline(k);
  out += "    " + duration_text(number_of(k, "targetMs"));
  std::uint64_t days = 0;
  if (k.at_key("targetBusinessDays").get(days) == simdjson::SUCCESS)
    out += ", to the end of the business day + " + std::to_string(days);
  out += " from " + text_of(k, "startedAtLocal");
  const bool always = is_set(k, "aroundTheClock");
  out += always ? ", around the clock\n" : "\n";
  const auto before = number_of(k, "countedBeforeMs");
  if (before > 0)
    out += "      " + duration_text(before) + " had passed before " + text_of(k, "countedFromLocal") + "\n";
  out += spans(k, "windows", "counts");
  out += spans(k, "pauses", "paused");
  for (const auto& d : objects_of(k, "dates")) {
    const bool closed = is_set(d, "closed");
    const auto name = text_of(d, "name");
    out += "      " + text_of(d, "date") + (closed ? " is closed" : " has other hours") +
           (name.empty() ? "" : " (" + name + ")") + "\n";
  }
  return out;
}

// -- the engine's pages --------------------------------------------------------------------------------------

constexpr std::string_view command = "explain";
constexpr refusal_hints hints{.where_missing = "GET /v1/conversations lists those that this token may see"};

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
    if (auto problem = put_out(*text)) return problem;
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

expected<std::string, std::string> position_text(std::string_view json) {
  simdjson::dom::parser parser;
  object p;
  if (parser.parse(json.data(), json.size()).get(p) != simdjson::SUCCESS || text_of(p, "queue").empty())
    return unexpected{std::string("what is no place in a queue; is this switchboard as new as the engine?")};
  return "now  it waits since " + text_of(p, "enqueuedAt") + ", at position " +
         std::to_string(number_of(p, "position")) + ": " + wait_of(p) + "\n" + where(p) + counts(p) +
         candidates(p);
}

expected<std::string, std::string> promises_text(std::string_view json) {
  simdjson::dom::parser parser;
  object p;
  array clocks;
  if (parser.parse(json.data(), json.size()).get(p) != simdjson::SUCCESS ||
      p.at_key("clocks").get(clocks) != simdjson::SUCCESS)
    return unexpected{std::string("what is no list of promises; is this switchboard as new as the engine?")};
  if (clocks.size() == 0) return std::string();
  std::string out = "promised by " + text_of(p, "policy");
  const auto calendar = text_of(p, "calendar");
  if (!calendar.empty()) out += ", in the hours of calendar " + calendar + " (" + text_of(p, "zone") + ")";
  out += "\n";
  for (const auto& k : objects_of(p, "clocks")) out += clock_text(k);
  return out;
}

namespace {

std::optional<std::string> print_promises(asked_engine& engine, const std::string& conversation) {
  const auto reply = engine.ask(conversation + "/sla");
  if (!reply) return reply.error();
  if (reply->status != 200) return refusal(*reply, hints);
  const auto text = promises_text(reply->body);
  if (!text) return "the engine's answer holds " + text.error();
  return put_out(*text);
}

/// Why nobody has it yet. What does not wait has no such thing.
std::optional<std::string> print_position(asked_engine& engine, const std::string& conversation) {
  const auto reply = engine.ask(conversation + "/position");
  if (!reply) return reply.error();
  if (reply->status == 409) return std::nullopt;
  if (reply->status != 200) return refusal(*reply, hints);
  const auto text = position_text(reply->body);
  if (!text) return "the engine's answer holds " + text.error();
  return put_out(*text);
}

}  // namespace

int run_explain(const explain_options& options) {
  auto engine = asked_engine::at(options.url, options.token);
  if (!engine) return fail(command, engine.error());
  const auto conversation = "/v1/conversations/" + percent_encode(options.conversation);
  const auto list = conversation + "/decisions?limit=50";
  std::string next;
  bool any = false;
  while (!interrupted().load()) {
    const auto reply = engine->ask(next.empty() ? list : list + "&cursor=" + percent_encode(next));
    if (!reply) return fail(command, reply.error());
    if (reply->status != 200) return fail(command, refusal(*reply, hints));
    const auto page = read_page(reply->body);
    if (!page) return fail(command, "the engine's answer is no page of decisions");
    if (const auto problem = print(*page, options.json)) return fail(command, *problem);
    any = any || !page->rows.empty();
    if (page->next.empty() || page->next == next) break;
    next = page->next;
  }
  if (options.json) return finish(command);
  if (!any) std::printf("nothing was decided about it yet\n");
  if (const auto problem = print_position(*engine, conversation)) return fail(command, *problem);
  if (const auto problem = print_promises(*engine, conversation)) return fail(command, *problem);
  return finish(command);
}

}  // namespace switchboard::cli
