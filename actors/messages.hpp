#pragma once
// What actors say to each other. In-process only: every message is one shared pointer, so a hop copies a
// pointer and the domain needs no serialisation of CAF's.

#include "actors/engine.hpp"
#include "actors/journal_writer.hpp"
#include "domain/conversation.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace switchboard::actors {

/// A platform's event on its way to the actor of its thread.
struct delivery {
  domain::thread_id thread;
  /// Unless that thread has it already, it is for this one.
  std::optional<domain::thread_id> otherwise;
  domain::receive what;
  ticket_ptr done;
};
using delivery_ptr = std::shared_ptr<delivery>;

/// An agent's act on a conversation.
struct act {
  domain::thread_id thread;
  std::string brand;  ///< whose conversation it must be
  domain::command what;
  domain::timestamp now;
  std::function<void(command_result&&)> reply;
};
using act_ptr = std::shared_ptr<act>;

/// Something that could not be understood, on its way to the quarantine.
struct quarantined {
  domain::dead_letter letter;
  bool replayed = false;  ///< mark it replayed instead of adding it
  std::optional<domain::timestamp>
      erased_at;  ///< withdraw its bytes instead: they name somebody who is erased
  completion done;
};
using quarantined_ptr = std::shared_ptr<quarantined>;

/// Conversation → partition: asked to leave memory, but the views don't show its last event yet.
struct still_busy {
  domain::thread_id thread;
};

/// A conversation's actor has ended.
struct left {
  domain::thread_id thread;
};

/// To who reads the log: there is more of it.
using committed_atom = caf::atom_constant<caf::atom("committed")>;
using tick_atom = caf::atom_constant<caf::atom("tick")>;  ///< something may be due
using passivate_atom = caf::atom_constant<caf::atom("passivate")>;
using sweep_atom = caf::atom_constant<caf::atom("sweep")>;
using close_atom_t = caf::atom_constant<caf::atom("closeall")>;

}  // namespace switchboard::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::delivery_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::act_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::quarantined_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::still_busy)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::left)
