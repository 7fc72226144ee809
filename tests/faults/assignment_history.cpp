#include "assignment_history.hpp"

#include "domain/routing/archive.hpp"
#include "domain/routing/replaying.hpp"
#include "storage/codec.hpp"
#include "storage/journal.hpp"
#include "tests/domain/routing/watcher.hpp"

#include <chrono>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <variant>

namespace switchboard::faults {

namespace {

namespace routing = domain::routing;
using domain::event_type;

constexpr std::size_t complaints_max = 10;
/// A conversation that an engine has not told of a decision so long after, although it ran, is forgotten.
constexpr std::chrono::seconds takes_over_within{5};

class history {
 public:
  explicit history(std::string brand) : brand_(std::move(brand)) {}

  void take(const storage::record& r) {
    if (r.brand != brand_) return;
    last_ = r.at;
    if (r.conversation_sequence > 0) hear(r);
    if (r.type == event_type::routing_turned) turn(r);
  }
  assignment_report end(const acknowledged& answered) {
    for (const auto& o : answered.owners) {
      const auto is = owners_.find({o.conversation, o.version});
      if (is == owners_.end()) {
        complain("version " + std::to_string(o.version) + " of " + o.conversation +
                 " was answered 200 and is not in the log");
      } else if (is->second != o.owner) {
        complain("version " + std::to_string(o.version) + " of " + o.conversation + " is " + who(is->second) +
                 "'s, and was answered 200 as " + who(o.owner) + "'s");
      }
    }
    for (const auto& a : answered.accepts) {
      if (accepted_.count({a.conversation, a.agent, a.epoch}) != 1) {
        complain("the accept of " + a.conversation + " by " + a.agent + ", epoch " + std::to_string(a.epoch) +
                 ", was answered 200 and is in no turn");
      }
    }
    for (const auto& [id, decided] : decided_) check(id, decided);
    report_.offers = watcher_.offers();
    report_.accepted = accepted_.size();
    return std::move(report_);
  }

 private:
  static std::string who(const std::string& agent) { return agent.empty() ? "nobody" : agent; }

  /// What a conversation says about whose it is is what was decided, in the order in which it was.
  void hear(const storage::record& r) {
    auto& said = said_[r.conversation];
    const bool routed =
        r.type == event_type::conversation_queued || r.type == event_type::conversation_assigned ||
        r.type == event_type::conversation_unassigned || r.type == event_type::conversation_transferred;
    if (routed) {
      ++report_.said;
      const auto at =
          "record " + std::to_string(r.sequence) + ": conversation " + domain::to_text(r.conversation);
      const auto& decided = decided_[r.conversation];
      const auto its = decided.find(r.routed);
      if (r.routed <= said.routed)
        complain(at + " says once more what was decided at " + std::to_string(r.routed));
      if (its == decided.end() || !its->second.told) {
        complain(at + " says what was never decided, at " + std::to_string(r.routed));
      } else if (its->second.owner != r.assignee) {
        complain(at + " is " + who(r.assignee) + "'s, and was given to " + who(its->second.owner) + " at " +
                 std::to_string(r.routed));
      }
    }
    said = {r.routed, r.assignee};
    owners_[{domain::to_text(r.conversation), r.conversation_sequence}] = r.assignee;
  }
  void turn(const storage::record& r) {
    const auto at = "record " + std::to_string(r.sequence) + ": ";
    const auto e = storage::decode(r.bytes);
    if (!e || !e->turn) return complain(at + "can't be read");
    const auto& t = *e->turn;
    if (t.sequence != watcher_.state().sequence) {
      return complain(at + "taken behind " + std::to_string(t.sequence) + ", and those before it led to " +
                      std::to_string(watcher_.state().sequence));
    }
    const auto command = routing::decode_command(t.command);
    if (!command) return complain(at + command.error());
    const auto* const told = std::get_if<routing::tell_config>(&*command);
    const auto events = routing::decode_events(t.events, told == nullptr ? nullptr : told->config);
    if (!events || events->empty()) return complain(at + (events ? "no events" : events.error()));
    ++report_.turns;
    report_.configs += told != nullptr;
    if (const auto differs = routing::differs(again_, t.command, t.events, events->front().at))
      complain(at + *differs);
    auto sequence = t.sequence;
    domain::conversation_id freed;
    for (const auto& one : *events) {
      note(one, ++sequence, freed == one.conversation);
      if (one.kind == routing::event_kind::unassigned) freed = one.conversation;
      if (one.kind != routing::event_kind::offer_accepted) continue;
      const auto& agent = watcher_.state().config->agents[one.agent].id.value;
      if (!accepted_.insert({domain::to_text(one.conversation), agent, one.epoch}).second)
        complain(at + "an offer was accepted twice");
    }
    watcher_.see(*events);
    if (!watcher_.complaint().empty()) complain(at + watcher_.complaint());
  }
  /// What the router decided about a conversation, by its sequence.
  struct decision {
    std::string owner;
    domain::timestamp at = {};
    bool told = false;  ///< the conversation is to say so
  };
  /// Whoever comes back to his queue without having had an owner never left it, as others see it.
  void note(const routing::router_event& e, std::uint64_t sequence, bool had_owner) {
    using kind = routing::event_kind;
    if (e.kind == kind::left) left_[e.conversation] = sequence;
    auto& of = decided_[e.conversation];
    auto owner = of.empty() ? std::string() : of.rbegin()->second.owner;
    const bool told = e.kind == kind::queued || e.kind == kind::assigned || e.kind == kind::unassigned ||
                      e.kind == kind::transferred || (e.kind == kind::overflowed && !e.flag) ||
                      (e.kind == kind::requeued && had_owner);
    if (e.kind == kind::assigned) owner = watcher_.state().config->agents[e.agent].id.value;
    if (e.kind == kind::unassigned || e.kind == kind::queued) owner.clear();
    of.emplace(sequence, decision{std::move(owner), e.at, told});
  }
  /// Its own events have the owner that it had for the router then, and have not stayed behind.
  void check(const domain::conversation_id& id, const std::map<std::uint64_t, decision>& decided) {
    const auto& said = said_[id];
    report_.owned += !said.owner.empty();
    const auto next = decided.upper_bound(said.routed);
    const auto as_of = next == decided.begin() ? std::string() : std::prev(next)->second.owner;
    if (said.routed > 0 && as_of != said.owner) {
      complain("conversation " + domain::to_text(id) + " is " + who(said.owner) + "'s, and was " +
               who(as_of) + "'s for the router at " + std::to_string(said.routed));
    }
    for (auto d = next; d != decided.end(); ++d) {
      // What was over by then had nothing to say.
      if (d->second.told && left_[id] < d->first && d->second.at + takes_over_within < last_) {
        complain("conversation " + domain::to_text(id) + " has not heard of " + std::to_string(d->first));
      }
    }
  }
  void complain(std::string what) {
    if (report_.complaints.size() < complaints_max) report_.complaints.push_back(std::move(what));
  }

  const std::string brand_;
  routing::watcher watcher_;
  routing::router_state again_;
  struct saying {
    std::uint64_t routed = 0;
    std::string owner;
  };
  std::map<domain::conversation_id, saying> said_;                       ///< by their own last events
  std::map<std::pair<std::string, std::uint64_t>, std::string> owners_;  ///< as of each version
  std::map<domain::conversation_id, std::map<std::uint64_t, decision>> decided_;
  std::map<domain::conversation_id, std::uint64_t> left_;
  domain::timestamp last_ = {};
  std::set<std::tuple<std::string, std::string, std::uint64_t>> accepted_;
  assignment_report report_;
};

}  // namespace

assignment_report read_history(const std::filesystem::path& data_dir, const std::string& brand,
                               const acknowledged& answered) {
  storage::journal_options reading;
  reading.data_dir = data_dir.string();
  reading.read_only = true;
  const auto journal = storage::journal::open(reading);
  if (!journal) return {.complaints = {journal.error().what}};
  history all(brand);
  for (auto after = (*journal)->earliest() - 1;;) {
    const auto page = (*journal)->read(storage::every_partition, after, 1'000, 8u << 20);
    if (page.result != storage::log_result::ok) return {.complaints = {page.detail}};
    if (page.records.empty()) return all.end(answered);
    for (const auto& r : page.records) all.take(*r);
    after = page.records.back()->sequence;
  }
}

}  // namespace switchboard::faults
