#include "actors/conversation_past.hpp"

#include "storage/codec.hpp"
#include "storage/hash.hpp"

#include <utility>

namespace switchboard::actors {

namespace {

/// A watermark covers at most so many messages at once; the next receipt covers the rest.
constexpr std::size_t covered_max = 1'000;
/// So many of a thread's latest messages are searched for what was answered to one of them. Where that is further back
/// the platform knows, and says so.
constexpr std::size_t answers_looked_through = 1'000;

}  // namespace

std::uint64_t message_key(const node& n, std::string_view platform_id) {
  return storage::fingerprint(n.hash_seed, "ref", platform_id, "");
}

std::uint64_t event_key(const node& n, std::string_view kind, std::string_view platform_id,
                        std::string_view version) {
  return storage::fingerprint(n.hash_seed, kind, platform_id, version);
}

std::optional<domain::message> conversation_past::find_message(const std::string& platform_message_id) const {
  const auto key = message_key(node_, platform_message_id);
  if (const auto where = recent_.find(key)) {
    // What the views show may be older than what we decided since.
    if (*where > node_.tail->applied()) {
      if (const auto r = node_.tail->find(*where); r && !r->message_json.empty()) {
        if (auto m = storage::decode_message(r->part(r->message_json))) return std::move(*m);
      }
    }
  } else if (recent_.is_new(key)) {
    return std::nullopt;
  }
  return node_.views->find_message(brand_, thread_, platform_message_id);
}

std::vector<domain::message> conversation_past::made_by(const std::string& idempotency_key) const {
  std::vector<domain::message> made;
  for (std::size_t n = 0; n < domain::sending_max; ++n) {
    auto m = said(idempotency_key, n);
    if (!m) break;
    made.push_back(*std::move(m));
  }
  return made;
}

std::optional<domain::message> conversation_past::said(const std::string& idempotency_key,
                                                       std::size_t n) const {
  const auto key = event_key(node_, "command", idempotency_key, std::to_string(n));
  if (const auto where = recent_.find(key); where && *where > node_.tail->applied()) {
    if (const auto r = node_.tail->find(*where); r && !r->message_json.empty()) {
      if (auto m = storage::decode_message(r->part(r->message_json))) return std::move(*m);
    }
  } else if (!where && recent_.is_new(key)) {
    return std::nullopt;
  }
  return node_.views->find_said(brand_, thread_, idempotency_key, n);
}

bool conversation_past::had_message(const std::string& platform_message_id) const {
  const auto key = message_key(node_, platform_message_id);
  return recent_.find(key) || node_.views->seen(thread_, key);
}

bool conversation_past::had_effect(const domain::inbound_event& e) const {
  const auto key = event_key(node_, to_word(e.kind), e.platform_message_id, e.version);
  if (recent_.find(key)) return true;
  return !recent_.is_new(key) && node_.views->seen(thread_, key);
}

std::optional<domain::customer> conversation_past::find_customer(const domain::customer_id& id) const {
  const auto row = node_.views->customer_json(brand_, id.value);
  if (!row) return std::nullopt;
  auto c = storage::decode_customer(*row);
  return c ? std::optional(std::move(*c)) : std::nullopt;
}

std::optional<domain::timestamp> conversation_past::erased_at(const domain::customer_id& id) const {
  const auto erasure = node_.views->find_erasure(brand_, id.value);
  return erasure ? std::optional(erasure->at) : std::nullopt;
}

/// In the views alone: what came since the thread was loaded is in its state. Where our side has said so much since that it is
/// not among the latest, it is not known: this is a read of the disk under an actor.
std::optional<std::string> conversation_past::last_inbound(const domain::conversation_id& c) const {
  constexpr std::size_t at_once = 50, looked_through_max = 5'000;
  std::string after;
  for (std::size_t looked = 0; looked < looked_through_max; looked += at_once) {
    const auto page = node_.views->list_messages(brand_, c, at_once, after, storage::message_order::newest);
    if (!page) return std::nullopt;
    for (const auto& row : page->rows) {
      const auto m = storage::decode_message(row);
      if (m && m->direction == domain::direction::inbound && !m->placeholder) return m->platform_message_id;
    }
    if (page->next.empty()) return std::nullopt;
    after = page->next;
  }
  return std::nullopt;
}

std::vector<domain::message> conversation_past::outbound_up_to(const domain::conversation_id& c,
                                                               domain::timestamp up_to,
                                                               domain::delivery_status below) const {
  for (;;) {
    // Before the views are asked: what they take in meanwhile must not be missing on both sides.
    const auto applied = node_.tail->applied();
    auto found = node_.views->outbound_up_to(brand_, c, up_to, below, covered_max);
    const auto take = [&](domain::message&& m) { domain::take_newer(found, std::move(m), c, up_to); };
    if (each_newer(applied, take)) return found;
  }
}

std::vector<domain::message> conversation_past::answers_to(const domain::message& said,
                                                           const domain::conversation_id& newest) const {
  for (;;) {
    const auto applied = node_.tail->applied();
    auto found = shown_answers_to(said, newest);
    const auto take = [&](domain::message&& m) {
      domain::take_newer_answer(found, std::move(m), said.platform_message_id);
    };
    if (each_newer(applied, take)) return found;
  }
}

/// In the views: from the newest back to the message itself.
std::vector<domain::message> conversation_past::shown_answers_to(
    const domain::message& said, const domain::conversation_id& newest) const {
  constexpr std::size_t at_once = 100;
  std::vector<domain::message> found;
  std::size_t looked = 0;
  for (auto c = newest; c.ordinal >= said.id.conversation.ordinal; --c.ordinal) {
    std::string after;
    do {
      const auto page = node_.views->list_messages(brand_, c, at_once, after, storage::message_order::newest);
      if (!page) return found;
      for (const auto& row : page->rows) {
        auto m = storage::decode_message(row);
        if (m && m->id == said.id) return found;
        if (++looked > answers_looked_through) return found;
        if (m) domain::take_newer_answer(found, *std::move(m), said.platform_message_id);
      }
      after = page->next;
    } while (!after.empty());
  }
  return found;
}

/// Shows what was decided behind `applied`. False: some of it left the tail meanwhile, since the views have it now;
/// that can happen once for each.
bool conversation_past::each_newer(storage::log_sequence applied,
                                   const std::function<void(domain::message&&)>& each) const {
  for (const auto where : recent_.behind(applied)) {
    const auto record = node_.tail->find(where);
    if (!record) return false;
    if (record->message_json.empty()) continue;
    if (auto m = storage::decode_message(record->part(record->message_json))) each(std::move(*m));
  }
  return true;
}

}  // namespace switchboard::actors
