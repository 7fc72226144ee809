#pragma once
// Brings the events of the log to the webhooks of the config: a consumer of the log. What is tried when is domain/webhooks' to
// say (delivery_queue.hpp, one for each webhook); what came of it goes into the log as webhook.noted, and from there into
// the views, with which a start goes on. At least once: what was taken and not noted yet is sent again, with the same webhook-id.
//
// An event is read from the log again when it is tried: who was erased meanwhile is sent to nobody, and what waits costs
// little memory.
//
// A detached actor: where a webhook is far behind, it reads the disk.
//
// Messages
//   committed       there is more in the log
//   tick            something may be due, or to be noted
//   delivered_ptr   what came of one attempt
//   changed         another config, in force behind this place of the log
//   replay_ptr      deliver these once more
//   closeall        the node stops: what came of attempts is noted, then quit

#include "actors/conversation.hpp"
#include "actors/delivery_client.hpp"
#include "actors/feed.hpp"
#include "actors/ticking.hpp"
#include "actors/webhook_calls.hpp"
#include "domain/webhooks/delivery_queue.hpp"
#include "storage/views.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::actors {

/// Any thread.
class delivery_figures {
 public:
  [[nodiscard]] std::vector<webhook_figures> read() const;
  void tell(std::vector<webhook_figures>&& all);
  std::atomic<std::uint64_t> under_way{0};

 private:
  mutable std::mutex mutex_;
  std::vector<webhook_figures> all_;
};

struct deliverer_links {
  node* of = nullptr;
  feed* log = nullptr;
  delivery_client* client = nullptr;
  delivery_figures* figures = nullptr;
  std::atomic<bool> awake{false};     ///< a `committed` is on its way
  std::atomic<bool> draining{false};  ///< nothing more is begun
};

/// One attempt.
struct delivered {
  std::string brand, webhook;
  storage::log_sequence event = 0;
  delivery_outcome outcome = {};
};
using delivered_ptr = std::shared_ptr<delivered>;

struct wanted_replay {
  webhook_replay what;
  webhook_replayed_handler then;
};
using replay_ptr = std::shared_ptr<wanted_replay>;

using changed_atom = caf::atom_constant<caf::atom("changed")>;

struct deliverer_state {
  static inline const char* name = "deliverer";

  struct hook {
    std::shared_ptr<const config::webhook_settings> settings;
    stream_filter filter;
    domain::webhooks::delivery_queue queue;
    std::set<storage::log_sequence> over = {};            ///< behind queue.settled(), as a start found it
    std::vector<domain::webhooks::attempt> unnoted = {};  ///< what came of attempts
    std::optional<storage::log_sequence> settled_noted =
        {};  ///< as the log has it; nullopt: it says nothing of it
    bool gone_noted = false;
    bool more = true;  ///< the log goes on behind queue.read()
    webhook_figures figures = {};
  };
  using key = std::pair<std::string, std::string>;  ///< brand, webhook
  std::map<key, hook> hooks;
  std::optional<domain::timestamp> flush_at;  ///< when what is new is to be noted, and told
  ticking ticks;
};

/// When it begins: how far each webhook of the config had come, and what waited for it.
struct deliverer_start {
  storage::log_sequence after = 0;  ///< the log's end: where one begins that is new
  struct one {
    std::optional<storage::webhook_row> row;
    std::vector<domain::webhooks::attempt> waiting;
    std::set<storage::log_sequence> over;  ///< behind where it was settled
  };
  std::map<deliverer_state::key, one> hooks = {};
};
/// Nobody commits meanwhile. Throws views_failure.
[[nodiscard]] deliverer_start read_deliveries(const storage::views& views, const config::settings& settings,
                                              storage::log_sequence after);

caf::behavior deliverer(caf::stateful_actor<deliverer_state>* self, deliverer_links* links,
                        std::shared_ptr<deliverer_start> first);

}  // namespace switchboard::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::delivered_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::replay_ptr)
