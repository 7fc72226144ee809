#pragma once
// A brand's router without CAF: it follows the committed log, takes turns (domain/routing), commits them, and tells conversations
// and agents what came of them. Its state is the log's: the last whole save and every turn behind it.
//
// What a turn says about a conversation is a command to that conversation (domain::route), sent when the turn is durable and
// again after each start until the log shows it; a conversation takes none twice, by the router's sequence.

#include "actors/conversation.hpp"
#include "actors/routing_calls.hpp"
#include "actors/settled_versions.hpp"
#include "actors/shadow_feed.hpp"
#include "config/routing.hpp"
#include "domain/routing/following.hpp"
#include "domain/routing/reason.hpp"
#include "domain/routing/router.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace switchboard::actors {

/// What routers and agents' owners are given. Lives as long as they do.
struct routing_links {
  node* of = nullptr;
  /// To a conversation's owner. `reply` runs on any thread.
  std::function<void(std::string brand, domain::command, std::function<void(command_result&&)> reply)>
      execute;
  /// To an agent's owner; nothing where the brand has no such agent.
  std::function<void(const std::string& brand, const domain::agent_id&, domain::routing::presence_command)>
      tell_agent;
  std::function<void(router_figures&&)> publish = [](router_figures&&) {};
  /// May another message of the brand wait to be sent?
  std::function<bool(const std::string& brand)> has_room = [](const std::string&) { return true; };
  /// As the config has them, for every brand. Changed before any router is configured anew.
  std::atomic<std::shared_ptr<const domain::routing::presence_rules>> presence =
      std::make_shared<const domain::routing::presence_rules>();
  /// To the thread of all shadows; nullptr: no config had one yet. Set before any router is configured by one.
  std::atomic<std::shared_ptr<const shadow_feed::send>> to_shadows = {};
};

class router_owner {
 public:
  using task = std::function<void(router_owner&)>;
  /// Runs a task where the router lives; from any thread, in order.
  using run_later = std::function<void(task)>;

  router_owner(routing_links& links, std::string brand, run_later later);

  // -- at the start, before anything else ----------------------------------------------------------------
  /// What the log has of it since its last save, in order: the save, turns, and what conversations did about them.
  void recover(const storage::record& r);
  /// All of it was. Sends again what conversations have not done.
  void recovered(const config::settings& s);
  [[nodiscard]] bool is_new() const { return state_.sequence == 0; }
  /// What was open in its brand before it may not be in it: it was never saved, which the end of importing is.
  [[nodiscard]] bool lacks_import() const { return !is_saved_; }
  /// The config has no queue of the brand: what is here goes on, and nothing new comes.
  [[nodiscard]] bool is_off() const { return off_; }
  /// What the log has up to here is in the state.
  [[nodiscard]] storage::log_sequence consumed() const { return consumed_; }

  // -- then, in whatever order ---------------------------------------------------------------------------
  void follow(const std::vector<storage::record_ptr>& records);
  /// Up to here the log has nothing else for it than what it was brought.
  void has_read(storage::log_sequence up_to) { consumed_ = std::max(consumed_, up_to); }
  /// Conversations that were here before the router was, as the views have them.
  void import(const std::vector<domain::conversation>& open);
  void imported();
  void configure(const config::settings& s);
  void act(const routing_act& what, std::function<void(routing_result&&)> reply);
  void answer(const routing_question& what, std::function<void(routing_answer&&)> reply);
  /// Whatever is due; also saves the state where it is time. To be called at wake_at(), and once a second.
  void tick();
  [[nodiscard]] std::optional<domain::timestamp> wake_at() const { return state_.wake_at(); }
  /// Runs `then` when everything that was decided so far is durable; where the log failed, too.
  void when_durable(std::function<void(bool durable)> then);

  [[nodiscard]] const domain::routing::router_state& state() const { return state_; }

 private:
  /// For a conversation's owner, until it is in the log.
  struct unsettled {
    domain::route what;
    /// It is said to the customer: wait_told, or overflowed to leave_message.
    std::optional<domain::routing::router_event> says = {};
    bool brought =
        false;  ///< it came with its owner, of whom only what somebody saw says that it is not over
    bool sent = false;
    std::function<void(routing_result&&)> reply = {};
  };

  /// `about`: of a conversation that the command tells of, for the shadow.
  [[nodiscard]] domain::routing::turn_result run(const domain::routing::router_command& c,
                                                 std::optional<domain::routing::subject> about = {});
  void commit(const domain::routing::router_command& c, std::uint64_t before,
              const std::vector<domain::routing::router_event>& events,
              const std::vector<domain::routing::reason>& why);
  void committed(std::uint64_t up_to);
  void settled(std::uint64_t sequence, command_result&& result);
  void send(std::uint64_t sequence, unsettled& u);
  void note_all(const domain::routing::router_command& of,
                const std::vector<domain::routing::router_event>& events, std::uint64_t sequence);
  void note(const domain::routing::router_event& e, std::uint64_t sequence, bool had_owner);
  // -- what customers are told (router_telling.cpp) --------------------------------------------------------
  [[nodiscard]] static bool is_said(const domain::routing::router_event& e);
  void note_said(const domain::routing::router_event& e, std::uint64_t sequence);
  void forget_stale_words();
  void say(std::uint64_t sequence, const unsettled& u);
  void count_said(const command_result& result);
  void not_said(std::uint64_t sequence);

  void tell_agents(const std::vector<domain::routing::router_event>& events);
  void count(const domain::routing::router_event& e);
  void alert(const domain::routing::router_event& e);
  void shown(const domain::routing::router_event& e,
             std::vector<std::shared_ptr<storage::record>>& out) const;
  void add_record(domain::event&& e, std::vector<std::shared_ptr<storage::record>>& out) const;

  void follow_one(const storage::record& r, bool text_follows);
  void follow_agent(const storage::record& r);
  void follow_erasure(const storage::record& r);
  void follow_hand(const storage::record& r);
  [[nodiscard]] bool cares_for_clock(const storage::record& r) const;
  void tell(const domain::routing::followed& f);
  /// As somebody saw it. Refers to it.
  [[nodiscard]] domain::routing::followed as_seen(const domain::conversation& c) const;
  [[nodiscard]] domain::routing::router_command brought(const domain::conversation& c,
                                                        domain::routing::agent_index to, bool force) const;
  void recover_presences();
  void tell_presences();
  void take_names();
  void begin_shadow();
  void open_and_close();
  void save_where_due();
  void save();
  void load(const domain::routing_save& part);
  void fatal(const std::string& why) const;

  [[nodiscard]] domain::routing::agent_index agent(const domain::agent_id& id) const;
  [[nodiscard]] domain::routing::queue_index queue(const domain::queue_id& id) const;
  [[nodiscard]] domain::routing::agent_index place_of(const domain::agent_id& id) const;
  [[nodiscard]] expected<domain::routing::router_command, domain::routing::refusal> command_of(
      const routing_act& what) const;
  [[nodiscard]] bool is_whose(const routing_act& what) const;
  [[nodiscard]] std::optional<routing_result> is_stale(const routing_act& what) const;

  // -- rows (router_rows.cpp) ----------------------------------------------------------------------------
  [[nodiscard]] std::string agent_row(domain::routing::agent_index a) const;
  [[nodiscard]] std::string queue_row(domain::routing::queue_index q, domain::routing::slot_index oldest,
                                      domain::routing::slot_index newest) const;
  [[nodiscard]] std::vector<std::string> offer_rows(domain::routing::agent_index a) const;
  [[nodiscard]] std::string position_row(domain::routing::slot_index slot) const;
  [[nodiscard]] std::vector<std::string> rows(const routing_question& what) const;
  void publish_figures() const;

  routing_links& links_;
  const std::string brand_;
  const run_later later_;
  domain::routing::router_state state_;
  config::routing_settings written_;  ///< as the config has it: its indexes are not the state's
  domain::routing::following_rules rules_;
  std::unordered_map<std::string, domain::routing::agent_index> agents_;
  std::unordered_map<std::string, domain::routing::queue_index> queues_;
  /// As noted last, also of those whom the config lacks: they may come back.
  std::unordered_map<std::string, domain::routing::agent_presence> presences_;
  std::shared_ptr<const domain::routing::presence_rules> statuses_;  ///< of which theirs are indexes
  storage::log_sequence consumed_ = 0;
  std::map<std::uint64_t, unsettled> unsettled_;  ///< by the router's sequence
  settled_versions versions_;
  /// While it recovers: when agents' last conversations ended, as turns since the last save have it.
  std::unordered_map<domain::routing::agent_index, domain::timestamp> ended_;
  std::string loading_;  ///< parts of a save
  std::uint32_t parts_ = 0;
  std::uint64_t turns_since_save_ = 0;
  storage::log_sequence saved_as_of_ = 0;  ///< consumed_ of the last save
  domain::timestamp saved_at_ = {};
  domain::timestamp looked_at_ = {};
  bool saving_ = false;
  bool is_saved_ = false;
  bool importing_ = false;
  bool off_ = false;
  std::uint64_t on_since_ = 0;  ///< its sequence when its brand got queues; people assigned before

  router_figures counted_;  ///< what only grows
  domain::timestamp alerted_at_ = {};
  std::uint64_t not_alerted_ = 0;  ///< conversations since then that nothing was left for
  shadow_feed shadow_;
};

}  // namespace switchboard::actors
