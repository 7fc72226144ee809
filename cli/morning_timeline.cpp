#include "cli/morning_timeline.hpp"

#include "cli/figures.hpp"

namespace switchboard::cli {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t text_characters_max = 46;

// ECMA-48's colours, as every terminal has them.
constexpr std::string_view plain = "\x1b[0m", bold = "\x1b[1m", dim = "\x1b[2m", green = "\x1b[32m",
                           yellow = "\x1b[33m", magenta = "\x1b[35m", cyan = "\x1b[36m";

/// What stands in front of a line, and its colour.
struct look {
  std::string_view mark, colour;
};

look look_of(happening what) {
  switch (what) {
    case happening::came:
      return {"+", ""};
    case happening::asked:
      return {"?", dim};
    case happening::accepted:
    case happening::given:
      return {"✓", green};
    case happening::solved:
      return {"■", dim};
    case happening::declined:
    case happening::missed:
    case happening::taken_back:
      return {"✗", yellow};
    case happening::lost_agent:
    case happening::waits_again:
      return {"↺", yellow};
    case happening::overflowed_full:
    case happening::overflowed_waited:
    case happening::handed_over:
    case happening::handed_over_warm:
      return {"→", magenta};
    case happening::agent_came:
    case happening::agent_in_grace:
    case happening::agent_back:
    case happening::agent_gone:
    case happening::agent_set_away:
      return {"●", cyan};
    case happening::nothing:
      break;
  }
  return {" ", ""};
}

std::string about_agent(const told& t, const timeline_style& style) {
  const auto who = style.agent(t.agent);
  switch (t.what) {
    case happening::agent_came:
      return who + " comes";
    case happening::agent_in_grace:
      return who + " is not heard of any more; the work waits for the grace";
    case happening::agent_back:
      return who + " is back in time";
    case happening::agent_gone:
      return who + " is gone";
    case happening::agent_set_away:
      return who + " missed too many and is set away";
    default:
      return {};
  }
}

std::string about_case(const told& t, const timeline_style& style) {
  const auto& c = *t.about;
  const auto customer = style.customer(c);
  const auto who = t.agent.empty() ? std::string() : style.agent(t.agent);
  switch (t.what) {
    case happening::came:
      return customer + " by " + c.platform + (c.kind == "dm" ? "" : ", " + c.kind) + " → " +
             style.queue(c.queue) + "  “" + shortened(c.text, text_characters_max) + "”";
    case happening::asked:
      return who + " is asked for " + customer;
    case happening::declined:
      return who + " declines " + customer;
    case happening::missed:
      return who + " misses " + customer;
    case happening::taken_back:
      return who + " is not asked for " + customer + " any more";
    case happening::accepted:
      return who + " takes " + customer + ", after " + in_seconds(t.after);
    case happening::given:
      return who + " has " + customer + ", after " + in_seconds(t.after) + ", without being asked";
    case happening::lost_agent:
      return customer + " is taken from " + who;
    case happening::waits_again:
      return customer + " waits in " + style.queue(c.queue) + " again";
    case happening::overflowed_full:
      return customer + ": " + style.queue(t.queue_before) + " is full, on to " + style.queue(c.queue);
    case happening::overflowed_waited:
      return customer + " has waited " + in_seconds(t.after) + " in " + style.queue(t.queue_before) +
             ", on to " + style.queue(c.queue);
    case happening::handed_over:
      return customer + " goes " +
             (t.queue_before == c.queue ? "back to " : "from " + style.queue(t.queue_before) + " to ") +
             style.queue(c.queue);
    case happening::handed_over_warm:
      return customer + " is to go to " + style.queue(c.queue) + "; " + who + " keeps it until then";
    case happening::solved:
      return who + " has solved " + customer + ", in " + in_seconds(t.after);
    default:
      return {};
  }
}

std::string painted(std::string_view colour, std::string_view text, const timeline_style& style) {
  if (!style.colours || colour.empty()) return std::string(text);
  return std::string(colour) + std::string(text) + std::string(plain);
}

std::string clock_of(milliseconds at) {
  return format("%7.2f s  ", static_cast<double>(at.count()) / 1000);
}

}  // namespace

std::string in_seconds(milliseconds d) {
  return format("%.1f s", static_cast<double>(d.count()) / 1000);
}

std::string shortened(std::string_view utf8, std::size_t characters_max) {
  std::size_t characters = 0, cut = utf8.size();
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    if ((static_cast<unsigned char>(utf8[i]) & 0xc0) == 0x80) continue;  // inside one
    if (++characters == characters_max) cut = i;
  }
  if (characters <= characters_max) return std::string(utf8);
  return std::string(utf8.substr(0, cut)) + "…";
}

std::string timeline_line(const told& t, milliseconds at, const timeline_style& style) {
  const auto text = t.about != nullptr ? about_case(t, style) : about_agent(t, style);
  if (text.empty()) return {};
  const auto [mark, colour] = look_of(t.what);
  return painted(dim, clock_of(at), style) + painted(colour, std::string(mark) + " " + text, style);
}

std::string announcement(std::string_view what, milliseconds at, const timeline_style& style) {
  return painted(dim, clock_of(at), style) + painted(bold, "── " + std::string(what) + " ──", style);
}

}  // namespace switchboard::cli
