#include "cli/morning_director.hpp"

#include "actors/wall_clock.hpp"
#include "cli/interrupt.hpp"

#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace switchboard::cli {

namespace {

constexpr milliseconds look{100};             // how soon Ctrl-C is heard
constexpr std::chrono::seconds patience{60};  // without an event, while something is still open
constexpr std::chrono::minutes patience_in_all{10};
constexpr std::size_t faults_max = 20;  // more of them tell nothing more
constexpr std::string_view boss = "boss";

}  // namespace

morning_director::morning_director(morning_stage& stage, const config::settings& settings,
                                   const morning_script& script, const morning_plan& plan,
                                   timeline_style style, print line)
    : stage_(stage),
      settings_(settings),
      script_(script),
      plan_(plan),
      style_(std::move(style)),
      print_(std::move(line)) {
  style_.customer = [this](const morning_case& c) {
    if (!c.customer_name.empty()) return c.customer_name;
    const auto known = names_.find(c.customer);
    return known == names_.end() ? c.customer : known->second;
  };
  for (const auto& a : settings.agents) {
    auto& state = agents_[a.id.value];
    state.settings = &a;
    if (a.queues.empty()) continue;
    const auto* const queue = settings.find_queue(a.queues.front().queue.value);
    state.pulls = queue != nullptr && queue->rules.mode == domain::routing::offer_mode::pull;
  }
}

// -- the loop ------------------------------------------------------------------------------------------------

void morning_director::in(milliseconds after, std::function<void()> what) {
  agenda_.emplace(clock::now() + after, std::move(what));
}

void morning_director::run_until(const std::function<bool()>& done) {
  while (!ended_ && !interrupted().load() && !done()) {
    const auto now = clock::now();
    while (!agenda_.empty() && agenda_.begin()->first <= now) {
      const auto what = std::move(agenda_.begin()->second);
      agenda_.erase(agenda_.begin());
      what();
    }
    const auto due = agenda_.empty() ? now + look : std::min(now + look, agenda_.begin()->first);
    for (auto item = stage_.next(due); item; item = stage_.next(clock::now())) {
      if (const auto* const e = std::get_if<stage_event>(&*item)) {
        last_event_ = clock::now();
        if (const auto event = read_morning_event(e->json)) {
          take(*event);
        } else {
          fault("the stream has what is no event: " + e->json.substr(0, 200));
        }
      } else if (const auto* const a = std::get_if<stage_answer>(&*item)) {
        const auto then = awaited_.extract(a->tag);
        if (!then.empty() && !interrupted().load()) then.mapped()(*a);
      } else {
        const auto& end = std::get<stage_end>(*item);
        fault("the event stream ended: " + end.why);
        ended_ = true;
      }
    }
    if (!staying_ && clock::now() - last_event_ > patience) {
      fault("nothing has happened for a minute, and " + std::to_string(ledger_.unsolved()) +
            " conversations are not solved");
      ended_ = true;
    } else if (!staying_ && clock::now() - began_ > script_.span + patience_in_all) {
      fault("it has taken ten minutes more than it should, and " + std::to_string(ledger_.unsolved()) +
            " conversations are not solved");
      ended_ = true;
    }
  }
}

bool morning_director::play() {
  began_ = last_event_ = clock::now();
  began_at_ = actors::wall_clock();
  run_ = std::to_string(std::chrono::floor<std::chrono::seconds>(began_at_).time_since_epoch().count() %
                        10'000'000);
  to_write_ = script_.arrivals.size();
  to_perform_ = script_.acts.size();
  for (const auto& a : script_.arrivals) in(a.at, [this, &a] { writes(a, 1); });
  for (const auto& l : script_.logins) in(l.at, [this, agent = l.agent] { log_in(agent); });
  for (const auto& a : script_.acts) in(a.at, [this, &a] { perform(a); });
  in(milliseconds(500), [this] { look_at_agents(); });
  say("the doors open; " + std::to_string(script_.logins.size()) + " agents are on their way, and " +
      std::to_string(script_.arrivals.size()) + " customers");
  run_until([this] {
    return to_write_ == 0 && to_perform_ == 0 && ledger_.unsolved() == 0 &&
           ledger_.count(happening::came) >= script_.arrivals.size();
  });
  return !interrupted().load();
}

bool morning_director::explain_all() {
  std::map<std::string, std::vector<morning_assignment>> of;
  for (const auto& a : ledger_.assignments()) of[a.conversation].push_back(a);
  std::size_t open = of.size();
  for (const auto& [id, assignments] : of) {
    ask(std::string(boss), "GET", "/v1/conversations/" + id + "/decisions?limit=100", {},
        [this, &assignments = assignments, &open](const stage_answer& a) {
          --open;
          if (a.status != 200) return expect(a, 200, "asking for the reasons");
          for (const auto& one : assignments) {
            auto why = unexplained(one, a.body);
            if (!why.empty()) {
              fault(std::move(why));
            } else {
              ++deeds_.explained;
            }
          }
        });
  }
  last_event_ = clock::now();
  run_until([&open] { return open == 0; });
  if (open > 0) awaited_.clear();  // they name what ends with this function
  return !interrupted().load();
}

void morning_director::stay() {
  staying_ = true;
  run_until([] { return false; });
}

void morning_director::take(const morning_event& e) {
  for (const auto& t : ledger_.take(e)) {
    const auto at = std::chrono::duration_cast<milliseconds>(e.at - began_at_);
    const auto line = timeline_line(t, std::max(at, milliseconds(0)), style_);
    if (!line.empty()) print_(line);
  }
  if (e.type == "offer.made") offered(e);
  if (e.type == "conversation.assigned") {
    kept_.erase(e.conversation);
    in(handling_of(plan_.seed, e.assigned_to, e.customer, e.kind != "dm"),
       [this, c = e.conversation, a = e.assigned_to] { solve(c, a); });
  }
}

void morning_director::ask(const std::string& who, std::string method, std::string target, std::string body,
                           on_answer then) {
  stage_call c{.tag = next_tag_++, .method = std::move(method), .target = std::move(target)};
  c.headers = {{"Authorization", "Bearer morning-" + who}};
  if (!body.empty()) c.headers.emplace_back("Content-Type", "application/json");
  c.body = std::move(body);
  awaited_.emplace(c.tag, std::move(then));
  stage_.call(std::move(c));
}

void morning_director::fault(std::string what) {
  if (faults_.size() < faults_max) faults_.push_back(std::move(what));
}

void morning_director::expect(const stage_answer& a, int status, const std::string& doing) {
  if (a.status == status) return;
  fault(doing + (a.status == 0 ? ": " : " was answered " + std::to_string(a.status) + ": ") + a.body);
}

void morning_director::say(const std::string& what) {
  print_(announcement(what, std::chrono::duration_cast<milliseconds>(clock::now() - began_), style_));
}

// -- what the engine says of its agents ---------------------------------------------------------------------------

void morning_director::look_at_agents() {
  ask(std::string(boss), "GET", "/v1/agents", {}, [this](const stage_answer& a) {
    if (!staying_) in(milliseconds(500), [this] { look_at_agents(); });
    if (a.status != 200) return expect(a, 200, "asking for the agents");
    simdjson::dom::parser parser;
    simdjson::dom::array rows;
    if (parser.parse(a.body)["agents"].get(rows) != simdjson::SUCCESS)
      return fault("GET /v1/agents is no list of agents: " + a.body.substr(0, 200));
    for (const auto row : rows) {
      std::uint64_t used = 0, hard = 0;
      std::string_view id;
      if (row["used"].get(used) != simdjson::SUCCESS || row["unitsHard"].get(hard) != simdjson::SUCCESS ||
          row["id"].get(id) != simdjson::SUCCESS)
        return fault("GET /v1/agents has a row without used, unitsHard or id");
      if (used > hard)
        fault("the engine says that " + std::string(id) + " has " + std::to_string(used) + " units of " +
              std::to_string(hard));
    }
  });
}

}  // namespace switchboard::cli
