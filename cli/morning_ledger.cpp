#include "cli/morning_ledger.hpp"

#include "cli/explain.hpp"

#include <simdjson.h>

#include <algorithm>

namespace switchboard::cli {

namespace {

using std::chrono::milliseconds;

milliseconds since(domain::timestamp then, domain::timestamp now) {
  return std::chrono::duration_cast<milliseconds>(now - then);
}

std::string named(const morning_case& c) {
  return (c.customer_name.empty() ? c.customer : c.customer_name) + " (" + c.id + ")";
}

}  // namespace

// -- the stream ----------------------------------------------------------------------------------------------

std::vector<told> morning_ledger::take(const morning_event& e) {
  ++place_;
  std::vector<told> all;
  if (e.type.starts_with("offer.")) {
    all.push_back(take_offer(e));
  } else if (e.type == "agent.presence") {
    all.push_back(take_agent(e));
  } else if (!e.conversation.empty()) {
    all.push_back(take_own(e));
    if (all.back().what == happening::came) {
      auto& c = cases_.at(e.conversation);
      for (auto& agent : std::exchange(c.asked_early, {}))
        all.push_back({.what = happening::asked, .about = &c, .agent = std::move(agent)});
    }
  }
  std::erase_if(all, [](const auto& t) { return t.what == happening::nothing; });
  return all;
}

told morning_ledger::take_own(const morning_event& e) {
  auto& c = cases_[e.conversation];
  if (c.id.empty()) {
    c.id = e.conversation;
    c.brand = e.brand;
    c.platform = e.platform;
    c.kind = e.kind;
    c.came_at = e.at;
    if (e.type != "conversation.created") c.sequence = e.sequence - 1;  // it is of before this morning
  }
  if (e.sequence != c.sequence + 1) {
    faults_.push_back("the stream has " + e.type + " of " + named(c) + " as its event " +
                      std::to_string(e.sequence) + " behind " + std::to_string(c.sequence));
  }
  told t;
  if (e.type == "conversation.assigned") {
    t = take_assigned(e, c);
  } else if (e.type == "conversation.queued" || e.type == "conversation.transferred" ||
             e.type == "conversation.unassigned") {
    t = take_moved(e, c);
  } else if (e.type == "conversation.resolved" || e.type == "conversation.closed") {
    t = take_solved(e, c);
  } else if (e.type == "conversation.reopened") {
    c.solved = false;
  }
  follow(e, c);
  return t;
}

told morning_ledger::say(happening what, const morning_case* about, std::string agent, milliseconds after) {
  ++counts_[static_cast<std::size_t>(what)];
  return {.what = what, .about = about, .agent = std::move(agent), .after = after};
}

told morning_ledger::take_offer(const morning_event& e) {
  const auto found = cases_.find(e.conversation);
  auto* const about = found == cases_.end() ? nullptr : &found->second;
  if (e.type == "offer.made") {
    auto t = say(happening::asked, about, e.agent);
    if (about == nullptr || about->routed) return t;
    about->asked_early.push_back(e.agent);
    return {};
  }
  if (e.type == "offer.declined") return say(happening::declined, about, e.agent);
  if (e.type == "offer.expired") return say(happening::missed, about, e.agent);
  if (e.type == "offer.rescinded") return say(happening::taken_back, about, e.agent);
  if (e.type == "offer.accepted") accepted_[{e.conversation, e.agent}] = e.epoch;
  return {};  // what follows says it: he has it
}

told morning_ledger::take_agent(const morning_event& e) {
  if (e.grace) {
    here_.erase(e.agent);
    return in_grace_.insert(e.agent).second ? say(happening::agent_in_grace, nullptr, e.agent) : told{};
  }
  if (!e.online) {
    const bool was_here = here_.erase(e.agent) + in_grace_.erase(e.agent) > 0;
    return was_here ? say(happening::agent_gone, nullptr, e.agent) : told{};
  }
  const bool was_in_grace = in_grace_.erase(e.agent) > 0;
  const bool is_new = here_.insert(e.agent).second;
  if (was_in_grace) return say(happening::agent_back, nullptr, e.agent);
  if (is_new) return say(happening::agent_came, nullptr, e.agent);
  if (!e.away_by_itself) {
    set_away_.erase(e.agent);
    return {};
  }
  return set_away_.insert(e.agent).second ? say(happening::agent_set_away, nullptr, e.agent) : told{};
}

told morning_ledger::take_assigned(const morning_event& e, morning_case& c) {
  if (!c.owner.empty() && !c.solved) {
    faults_.push_back(named(c) + " had two owners: " + c.owner + " had it when " + e.assigned_to +
                      " got it, at " + domain::to_rfc3339(e.at));
  }
  morning_assignment a{.conversation = c.id,
                       .brand = c.brand,
                       .agent = e.assigned_to,
                       .decision = e.routed,
                       .routed = e.routed,
                       .place = place_};
  const auto offer = accepted_.find({c.id, e.assigned_to});
  if (offer != accepted_.end()) {
    a.offered = true;
    a.decision = offer->second;
    accepted_.erase(offer);
  }
  living_[c.id] = ownerships_.size();
  ownerships_.push_back(
      {.brand = c.brand, .agent = e.assigned_to, .conversation = c.id, .from = e.routed, .place = place_});
  const auto waited = since(c.waits_since, e.at);
  if (!c.ever_assigned) waits_.record(std::max(waited, milliseconds(0)));
  c.ever_assigned = true;
  c.assigned_at = e.at;
  auto t = say(a.offered ? happening::accepted : happening::given, &c, a.agent, waited);
  assignments_.push_back(std::move(a));
  return t;
}

told morning_ledger::take_moved(const morning_event& e, morning_case& c) {
  const auto before = c.queue;
  const auto owner = c.owner;
  told t;
  if (e.type == "conversation.unassigned") {
    t = say(happening::lost_agent, &c, owner);
  } else if (e.type == "conversation.queued") {
    const bool first = !c.routed;
    c.routed = true;
    c.waits_since = e.at;
    t = say(first ? happening::came : happening::waits_again, &c, owner);
  } else if (c.last_type == "conversation.unassigned") {
    t = say(happening::handed_over, &c);
    c.waits_since = e.at;
  } else if (!e.assigned_to.empty()) {
    t = say(happening::handed_over_warm, &c, owner);
  } else {
    // A full queue is left in the turn that it is entered in.
    const auto waited = since(c.waits_since, e.at);
    const bool at_once = c.last_type == "conversation.queued" && waited < milliseconds(1'000);
    t = say(at_once ? happening::overflowed_full : happening::overflowed_waited, &c, {}, waited);
  }
  t.queue_before = before;
  return t;
}

told morning_ledger::take_solved(const morning_event& e, morning_case& c) {
  if (c.solved) return {};
  c.solved = true;
  if (const auto living = living_.find(c.id); living != living_.end()) {
    ownerships_[living->second].solved_place = place_;
    living_.erase(living);
  }
  return say(happening::solved, &c, c.owner, since(c.assigned_at, e.at));
}

void morning_ledger::follow(const morning_event& e, morning_case& c) {
  if (!c.owner.empty() && c.owner != e.assigned_to && e.type != "conversation.assigned")
    end_ownership(c, e.routed);
  c.sequence = e.sequence;
  c.last_type = e.type;
  c.owner = e.assigned_to;
  c.queue = e.queue;
  c.customer = e.customer;
  if (!e.customer_name.empty()) c.customer_name = e.customer_name;
  if (e.type == "message.received" && !e.text.empty()) c.text = e.text;
}

void morning_ledger::end_ownership(const morning_case& c, std::uint64_t routed) {
  const auto living = living_.find(c.id);
  if (living == living_.end()) return;
  ownerships_[living->second].to = routed;
  living_.erase(living);
}

// -- what it comes to ------------------------------------------------------------------------------------------

std::string morning_ledger::owner_of(const std::string& conversation) const {
  const auto found = cases_.find(conversation);
  return found == cases_.end() ? std::string() : found->second.owner;
}

std::vector<const morning_case*> morning_ledger::work_of(std::string_view agent) const {
  std::vector<const morning_case*> all;
  for (const auto& [id, c] : cases_) {
    if (c.owner == agent && !c.solved) all.push_back(&c);
  }
  return all;
}

std::uint64_t morning_ledger::unsolved() const {
  return static_cast<std::uint64_t>(
      std::count_if(cases_.begin(), cases_.end(), [](const auto& c) { return !c.second.solved; }));
}

std::vector<std::string> morning_ledger::over_cap(
    const std::function<std::uint32_t(const morning_case&)>& units,
    const std::function<std::uint32_t(const std::string&)>& hard) const {
  std::vector<std::string> found;
  for (const auto& at : ownerships_) {
    std::uint64_t used = 0;
    std::string what;
    for (const auto& o : ownerships_) {
      // Two conversations' events may stand on the stream the other way round than their router said them; what was
      // solved before its agent got the next had left him before.
      if (o.agent != at.agent || o.brand != at.brand || o.from > at.from || at.from >= o.to) continue;
      if (o.solved_place < at.place) continue;
      const auto& c = cases_.at(o.conversation);
      used += units(c);
      what += (what.empty() ? "" : ", ") + named(c);
    }
    if (used > hard(at.agent)) {
      found.push_back(at.agent + " had " + std::to_string(used) + " units, and no more than " +
                      std::to_string(hard(at.agent)) + " were allowed: " + what);
    }
  }
  return found;
}

std::string unexplained(const morning_assignment& a, std::string_view decisions) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::array rows;
  const auto missing = "that " + a.agent + " got " + a.conversation + " (its router's number " +
                       std::to_string(a.decision) + ") ";
  if (parser.parse(decisions.data(), decisions.size())["decisions"].get(rows) != simdjson::SUCCESS)
    return missing + "can't be explained: the answer is no page of decisions";
  for (const auto row : rows) {
    std::string_view event, agent;
    std::uint64_t sequence = 0;
    if (row["event"].get(event) != simdjson::SUCCESS || row["agent"].get(agent) != simdjson::SUCCESS ||
        row["sequence"].get(sequence) != simdjson::SUCCESS)
      continue;
    if (agent != a.agent || sequence != a.decision || event != (a.offered ? "offer_made" : "assigned"))
      continue;
    const auto text = decision_text(std::string(simdjson::minify(row)));
    return text ? std::string() : missing + "can't be explained: it is " + text.error();
  }
  return missing + "has no decision";
}

}  // namespace switchboard::cli
