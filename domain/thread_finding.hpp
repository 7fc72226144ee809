#pragma once
// Which thread a platform's event belongs to, and whose it is. Nearly always its key says so. What needs more:
//
//   answers that name only a comment (thread_parent)   lie beside it, or by their key where they came before it
//   a customer's answer to such an answer              lies with it where that is the same customer's
//   a key that has moved                               means the thread that it moved with, from then on
//   another name beside the key, or instead of it      means the thread that was first called by it
//   a number beside a name that is not its owner's     was given to somebody else, who is a stranger
//   what names a reply of ours in another thread       is that one's, where it was said there
//
// Where a key leads to another thread than its own, what came by it before the word of that lies in its own: the owner
// of its own is asked first (found_thread::unless_in), so that nothing that comes again has a second effect elsewhere.
//
// Pure: what is known of the past is asked of thread_facts, and what is to be remembered is part of the answer.

#include "domain/ids.hpp"
#include "domain/inbound.hpp"
#include "domain/thread_alias.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace switchboard::domain {

/// What is known within one account. Each is asked only where the answer decides something, for most cost a hash, and
/// some a read of the disk. The same question has the same answer while one event's thread is found, unless somebody
/// else gives a name to a thread meanwhile (thread_finding::first_name).
class thread_facts {
 public:
  virtual ~thread_facts() = default;

  // -- whom a key names by itself
  [[nodiscard]] virtual thread_id thread_of(thread_kind kind, std::string_view key) const = 0;
  [[nodiscard]] virtual customer_id customer_of(std::string_view platform_user_id) const = 0;

  // -- comments, and messages of groups
  /// The thread that a message lies in; nullopt for an empty id.
  [[nodiscard]] virtual std::optional<thread_id> thread_of_comment(
      std::string_view platform_message_id) const = 0;
  /// The comments' thread in which our side said these words privately to the customer (is_named_elsewhere_by_words).
  [[nodiscard]] virtual std::optional<thread_id> thread_of_private_answer(
      std::string_view customer_platform_id, std::string_view words) const = 0;
  /// Is this thread that customer's?
  [[nodiscard]] virtual bool is_of(thread_id t, const customer_id& c) const = 0;
  /// The thread that was asked first whether it has this comment, when it came before (found_thread::unless_in).
  [[nodiscard]] virtual std::optional<thread_id> asked_for_comment(
      std::string_view platform_message_id) const = 0;
  /// Did this event, which is no message, go to that thread?
  [[nodiscard]] virtual bool lies_in(thread_id t, const inbound_event& e) const = 0;

  // -- keys that mean another thread; a key stands for its own
  /// Of the key's moves: the one that says whose it was `at`.
  [[nodiscard]] virtual std::optional<thread_alias> move_of(thread_id key, timestamp at) const = 0;
  /// The thread that has this key as another name.
  [[nodiscard]] virtual std::optional<thread_id> thread_named(thread_id key) const = 0;
  /// As far as can be told without reading the disk.
  [[nodiscard]] virtual std::optional<thread_id> thread_named_lately(thread_id key) const = 0;
  /// The latest key that is another name of this thread.
  [[nodiscard]] virtual std::optional<thread_id> other_name_of(thread_id t) const = 0;
};

struct found_thread {
  thread_id thread;
  /// Another one, of the event's own key or where its comment was withdrawn: what that has already stays there. Only its
  /// owner knows for sure, so that it is asked first.
  std::optional<thread_id> unless_in;
  customer_id customer;               ///< who begins it, if the event does
  bool other_name = false;            ///< domain::receive
  std::vector<thread_alias> aliases;  ///< domain::receive; in force for the next event
};

/// An event's thread, and what must be known when the next one comes.
struct thread_finding {
  found_thread found;
  /// One of the aliases: a name that led nowhere. Where another thread has been given it meanwhile nothing of all this
  /// holds, and the event's thread is to be found again.
  std::optional<thread_id> first_name;
  bool remember_comment = false;  ///< thread_facts::thread_of_comment
  bool remember_asked = false;    ///< thread_facts::asked_for_comment: found.unless_in
  bool remember_event = false;    ///< thread_facts::lies_in
  bool remember_whose = false;    ///< thread_facts::is_of: found.customer
};

[[nodiscard]] thread_finding find_thread(const inbound_event& e, const thread_facts& known);

/// May find_thread() give aliases? True for some that give none, and never false for one that does. Reads no disk.
[[nodiscard]] bool may_tell_aliases(const inbound_event& e, const thread_facts& known);

/// The thread of direct messages that `key` meant `at` that time; nullopt: its own.
[[nodiscard]] std::optional<thread_id> led_to(std::string_view key, timestamp at, const thread_facts& known);

}  // namespace switchboard::domain
