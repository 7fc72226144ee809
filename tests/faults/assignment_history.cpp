#include "assignment_history.hpp"

#include "domain/routing/archive.hpp"
#include "domain/routing/replaying.hpp"
#include "storage/codec.hpp"
#include "storage/journal.hpp"
#include "tests/domain/routing/watcher.hpp"

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

class history {
 public:
  explicit history(std::string brand) : brand_(std::move(brand)) {}

  void take(const storage::record& r) {
    if (r.brand != brand_) return;
    if (r.conversation_sequence > 0) owners_[r.conversation] = r.assignee;
    if (r.type == event_type::routing_turned) turn(r);
  }
  assignment_report end(const std::vector<acknowledged_accept>& acknowledged) {
    for (const auto& a : acknowledged) {
      if (accepted_.count({a.conversation, a.agent, a.epoch}) != 1) {
        complain("the accept of " + a.conversation + " by " + a.agent + ", epoch " + std::to_string(a.epoch) +
                 ", was answered 200 and is in no turn");
      }
    }
    const auto& s = watcher_.state();
    for (routing::slot_index slot = 0; slot < s.items.slots(); ++slot) {
      const auto& i = s.items[slot];
      if (i.id == domain::conversation_id{}) continue;
      const auto owner = i.owner == routing::no_agent ? std::string() : s.config->agents[i.owner].id.value;
      report_.owned += !owner.empty();
      if (owners_[i.id] != owner) {
        complain("conversation " + domain::to_text(i.id) + " is " + (owner.empty() ? "nobody" : owner) +
                 "'s for the router, and says that it is " +
                 (owners_[i.id].empty() ? "nobody" : owners_[i.id]) + "'s");
      }
    }
    report_.offers = watcher_.offers();
    report_.accepted = accepted_.size();
    return std::move(report_);
  }

 private:
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
    if (const auto differs = routing::differs(again_, t.command, t.events, events->front().at))
      complain(at + *differs);
    for (const auto& one : *events) {
      if (one.kind != routing::event_kind::offer_accepted) continue;
      const auto& agent = watcher_.state().config->agents[one.agent].id.value;
      if (!accepted_.insert({domain::to_text(one.conversation), agent, one.epoch}).second)
        complain(at + "an offer was accepted twice");
    }
    watcher_.see(*events);
    if (!watcher_.complaint().empty()) complain(at + watcher_.complaint());
  }
  void complain(std::string what) {
    if (report_.complaints.size() < complaints_max) report_.complaints.push_back(std::move(what));
  }

  const std::string brand_;
  routing::watcher watcher_;
  routing::router_state again_;
  std::map<domain::conversation_id, std::string> owners_;  ///< as their own events say
  std::set<std::tuple<std::string, std::string, std::uint64_t>> accepted_;
  assignment_report report_;
};

}  // namespace

assignment_report read_history(const std::filesystem::path& data_dir, const std::string& brand,
                               const std::vector<acknowledged_accept>& acknowledged) {
  storage::journal_options reading;
  reading.data_dir = data_dir.string();
  reading.read_only = true;
  const auto journal = storage::journal::open(reading);
  if (!journal) return {.complaints = {journal.error().what}};
  history all(brand);
  for (auto after = (*journal)->earliest() - 1;;) {
    const auto page = (*journal)->read(storage::every_partition, after, 1'000, 8u << 20);
    if (page.result != storage::log_result::ok) return {.complaints = {page.detail}};
    if (page.records.empty()) return all.end(acknowledged);
    for (const auto& r : page.records) all.take(*r);
    after = page.records.back()->sequence;
  }
}

}  // namespace switchboard::faults
