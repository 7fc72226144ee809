#include "domain/thread_finding.hpp"

#include <utility>

namespace switchboard::domain {
namespace {

/// Finds the thread of one event.
class search {
 public:
  search(const inbound_event& e, const thread_facts& known)
      : e_(e), known_(known), own_(known.thread_of(e.thread, e.thread_key)), found_(result_.found) {}

  [[nodiscard]] thread_finding run() &&;

 private:
  // -- comments
  void beside_parent();
  void beside_what_was_withdrawn();
  void remember_comment();
  // -- keys that mean another thread
  void follow_move();
  void follow_other_name();
  void give_first_name(thread_id name);
  void tell_aliases();
  void ask_whose_reply();
  [[nodiscard]] bool was_given_to_another(thread_id name) const;
  [[nodiscard]] std::optional<thread_id> thread_named(thread_id key) const;
  [[nodiscard]] key_owner owner() const;

  const inbound_event& e_;
  const thread_facts& known_;
  const thread_id own_;  ///< of its key alone
  thread_finding result_;
  found_thread& found_;
};

thread_finding search::run() && {
  found_.thread = own_;
  found_.customer =
      known_.customer_of(e_.customer_platform_id.empty() ? e_.thread_key : e_.customer_platform_id);
  const bool direct = e_.thread == thread_kind::dm;
  if (direct) follow_move();
  if (!e_.thread_parent.empty()) {
    beside_parent();
    return std::move(result_);
  }
  if (direct) {
    follow_other_name();
    tell_aliases();
    if (found_.thread != own_) found_.unless_in = own_;
    ask_whose_reply();
  } else {
    beside_what_was_withdrawn();
  }
  remember_comment();
  return std::move(result_);
}

/// A private answer to a comment comes back in the direct messages, and is the comment's thread's.
void search::ask_whose_reply() {
  if (e_.direction != direction::outbound && e_.kind != inbound_kind::status) return;
  const auto reply = parse_message_id(e_.our_reference);
  if (reply && reply->conversation.thread != found_.thread) found_.unless_in = reply->conversation.thread;
  // Elsewhere it comes with our reference, or there is none.
  if (reply || e_.platform != platform::instagram) return;
  auto known = known_.thread_of_comment(e_.platform_message_id);
  if (!known && e_.kind == inbound_kind::message && !e_.content.empty())
    known = known_.thread_of_private_answer(e_.customer_platform_id, e_.content);
  if (known && known != found_.thread) found_.unless_in = known;
}

// -- comments
// -------------------------------------------------------------------------------------------------

/// What names a parent lies with the parent, or by its key where it came while the parent was unknown: there it is
/// still known when it comes again.
void search::beside_parent() {
  if (e_.kind == inbound_kind::message) {
    auto known = known_.thread_of_comment(e_.platform_message_id);
    if (!known) {
      known = known_.thread_of_comment(e_.thread_parent);
      if (known && e_.parent_if_same_customer && !known_.is_of(*known, found_.customer)) known.reset();
    }
    if (known) found_.thread = *known;
    return remember_comment();
  }
  if (const auto parents = known_.thread_of_comment(e_.thread_parent)) {
    if (known_.lies_in(found_.thread, e_)) return;
    found_.thread = *parents;
    // The parent itself may have stayed where it was withdrawn, and what was said about it there with it.
    if (e_.thread == thread_kind::dm) return;
    found_.unless_in = known_.asked_for_comment(e_.thread_parent);
    if (found_.unless_in == parents) found_.unless_in.reset();
    return;
  }
  result_.remember_event = true;
  remember_comment();
}

/// It may have been withdrawn, by somebody whom the platform did not name, before it came: then it stays there, also
/// when it comes again.
void search::beside_what_was_withdrawn() {
  if (e_.kind != inbound_kind::message) return;
  const auto known = known_.thread_of_comment(e_.platform_message_id);
  if (!known) return;
  if (*known == own_) {
    found_.unless_in = known_.asked_for_comment(e_.platform_message_id);
    return;
  }
  found_.unless_in = known;
  result_.remember_asked = true;
}

/// Answers too: what names one of them may come before the views know it.
void search::remember_comment() {
  const bool may_be_sought = e_.thread != thread_kind::dm || e_.thread_shared;
  result_.remember_comment = may_be_sought && !e_.platform_message_id.empty();
  // Only where a platform leaves the post out is it ever asked, and there this is set also on what begins a thread.
  result_.remember_whose = result_.remember_comment && e_.parent_if_same_customer;
}

// -- keys that mean another thread
// ----------------------------------------------------------------------------

void search::follow_move() {
  auto move = known_.move_of(own_, e_.at);
  if (!move || move->thread == own_) return;
  found_.thread = move->thread;
  if (e_.customer_platform_id != e_.thread_key) return;  // in a group others speak
  found_.customer = std::move(move->customer);
  found_.other_name = true;
}

/// The other name decides where both are known: it never changes hands.
void search::follow_other_name() {
  // Receipts and echoes may lack it, where the thread has no other.
  const bool both = !e_.thread_key_also.empty();
  if (!both && e_.direction == direction::inbound) return;
  const auto name = both ? known_.thread_of(thread_kind::dm, e_.thread_key_also) : own_;
  const auto known = known_.thread_named(name);
  if (!known) {
    // Only what becomes a record makes it durable, and what is remembered is not told again.
    if (both && e_.kind == inbound_kind::message) give_first_name(name);
    return;
  }
  if (*known == found_.thread) return;
  // Begun when only the other name was told: now the key leads there too, unless it was given to somebody else.
  if (name != own_ && found_.thread == own_ && e_.kind == inbound_kind::message &&
      thread_named(own_) != known) {
    found_.aliases.push_back({own_, *known, std::nullopt, found_.customer});
  }
  found_.thread = *known;
  found_.other_name = true;
}

void search::give_first_name(thread_id name) {
  if (was_given_to_another(name)) {
    auto passed = passed_on(e_, false, owner());
    found_.thread = passed.thread;
    found_.customer = passed.customer;
    found_.aliases.push_back(std::move(passed));
  }
  result_.first_name = name;
  found_.aliases.push_back({name, found_.thread, std::nullopt, {}});
}

/// A number is found beside a user id that nobody knows, in the thread of somebody with another one: numbers pass to
/// others without a word, user ids do not.
bool search::was_given_to_another(thread_id name) const {
  if (found_.thread == name) return false;
  const auto known = known_.other_name_of(found_.thread);
  return known && *known != name;
}

void search::tell_aliases() {
  if (!tells_aliases(e_)) return;
  for (auto& a : aliases_told_by(e_, found_.thread, found_.customer, owner())) {
    // A name that leads somewhere keeps leading there, or what came by it would have a second effect elsewhere.
    if (a.since || !thread_named(a.key)) found_.aliases.push_back(std::move(a));
  }
}

/// With what this event has told already.
std::optional<thread_id> search::thread_named(thread_id key) const {
  for (const auto& a : found_.aliases) {
    if (a.key == key && !a.since) return a.thread;
  }
  return known_.thread_named(key);
}

key_owner search::owner() const {
  return {[this](std::string_view key) { return known_.thread_of(thread_kind::dm, key); },
          [this](std::string_view key) { return known_.customer_of(key); }};
}

}  // namespace

thread_finding find_thread(const inbound_event& e, const thread_facts& known) {
  return search(e, known).run();
}

bool may_tell_aliases(const inbound_event& e, const thread_facts& known) {
  if (tells_aliases(e)) return true;
  if (e.thread_key_also.empty()) return false;
  const auto name = known.thread_of(thread_kind::dm, e.thread_key_also);
  const auto leads_to = known.thread_named_lately(name);
  if (!leads_to) return true;
  if (e.kind != inbound_kind::message) return false;
  // A key beside the name of another thread comes to lead there.
  const auto own = known.thread_of(thread_kind::dm, e.thread_key);
  return own != name && own != *leads_to && known.thread_named_lately(own) != leads_to;
}

std::optional<thread_id> led_to(std::string_view key, timestamp at, const thread_facts& known) {
  const auto own = known.thread_of(thread_kind::dm, key);
  if (const auto move = known.move_of(own, at)) return move->thread;
  return known.thread_named(own);
}

}  // namespace switchboard::domain
