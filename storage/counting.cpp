#include "storage/counting.hpp"

#include "domain/sla/note.hpp"

#include <utility>

namespace switchboard::storage {

using counted = std::optional<domain::reports::fact>;

expected<counted, decode_error> counted_of(const record& r) {
  if (!domain::reports::may_count(r.type)) return counted();
  if (!r.erased_json.empty()) {
    auto erased = decode_erasure(r.part(r.erased_json));
    if (!erased) return unexpected{std::move(erased).error()};
    return std::move(erased->counted);
  }
  if (r.conversation_json.empty()) return counted();
  if (r.sla_json.empty()) {
    return domain::reports::fact_of(r.type, r.at, r.platform, r.queue, r.assignee, nullptr);
  }
  const auto note = decode_clock_note(r.part(r.sla_json));
  if (!note) return unexpected{note.error()};
  return domain::reports::fact_of(r.type, r.at, r.platform, r.queue, r.assignee, &*note);
}

}  // namespace switchboard::storage
