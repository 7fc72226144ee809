#include "actors/quarantine.hpp"

#include "domain/erasing.hpp"
#include "storage/codec.hpp"

namespace switchboard::actors {

void quarantine_state::forget_applied(const node& n) {
  const auto applied = n.tail->applied();
  while (!order.empty()) {
    const auto found = pending.find(order.front());
    if (found != pending.end() && found->second > applied) return;
    if (found != pending.end()) pending.erase(found);
    erased.erase(order.front());
    order.pop_front();
  }
}

bool quarantine_state::known(node& n, const std::string& id) {
  return pending.contains(id) || n.views->find_dead_letter(id).has_value();
}

/// A letter that is being replayed comes with the bytes that it had before.
bool quarantine_state::was_erased(node& n, const std::string& id) {
  if (erased.contains(id)) return true;
  const auto stored = n.views->find_dead_letter(id);
  return stored && stored->erased;
}

void quarantine_state::handle(node& n, quarantined& q) {
  try {
    keep(n, q);
  } catch (const std::exception& e) {
    // Nothing was handed in: whoever waits is told, or would wait for ever.
    if (dynamic_cast<const storage::views_failure*>(&e)) {
      n.on_fatal(std::string("views: ") + e.what());
    } else {
      n.on_problem(std::string("a dead letter could not be kept and is answered 503: ") + e.what());
    }
    n.writer->fail(std::move(q.done));
  }
}

void quarantine_state::keep(node& n, quarantined& q) {
  forget_applied(n);
  std::vector<std::shared_ptr<storage::record>> records;
  const auto id = q.letter.id.value;
  if (q.erased_at) {
    const auto e = domain::erase_letter(std::move(q.letter), *q.erased_at);
    records.push_back(std::make_shared<storage::record>(storage::encode(e, n.name)));
    erased.insert(id);
  } else if (q.replayed ? !was_erased(n, id) : !known(n, id)) {
    domain::event e;
    e.type = q.replayed ? domain::event_type::deadletter_replayed : domain::event_type::deadletter_added;
    e.at = q.replayed ? q.letter.replayed_at.value_or(q.letter.received_at) : q.letter.received_at;
    e.dead_letter = std::move(q.letter);
    records.push_back(std::make_shared<storage::record>(storage::encode(e, n.name)));
    if (!q.replayed) n.dead_letters.fetch_add(1, std::memory_order_relaxed);
  } else {
    n.duplicates.fetch_add(1, std::memory_order_relaxed);
  }
  const auto where = n.writer->submit(records, std::move(q.done));
  if (!records.empty() && pending.insert_or_assign(id, where).second) order.push_back(id);
}

caf::behavior quarantine(caf::stateful_actor<quarantine_state>* self, node* n) {
  return {
      [=](const quarantined_ptr& q) { self->state.handle(*n, *q); },
      [=](close_atom_t) { self->quit(); },
  };
}

}  // namespace switchboard::actors
