#include "domain/media_rules.hpp"

#include "domain/draft.hpp"
#include "domain/saying.hpp"

#include <utility>

namespace switchboard::domain {
namespace {

/// Is the message there, in a conversation of the thread that was not erased?
[[nodiscard]] bool is_present(const thread_state& state, const message_id& id) {
  const auto& c = id.conversation;
  return c.thread == state.id && state.current && c.ordinal > state.erased &&
         c.ordinal <= state.current->id.ordinal;
}

[[nodiscard]] bool is_same(const attachment& a, const attachment& b) {
  return a.url == b.url && a.platform_media_id == b.platform_media_id && a.type == b.type;
}

}  // namespace

media_state settled(media_state from, media_state to) {
  if (from == media_state::expired || to == media_state::pending) return from;
  if (from == media_state::ready && to == media_state::failed) return from;
  return to;
}

decision decide_media(const thread_state& state, settle_media&& what, timestamp now) {
  if (!is_present(state, what.id)) {
    return unexpected<refused>{{refusal::not_found, "There is no message " + to_text(what.id) + "."}};
  }
  // A reply on its way is kept in the state as well, which is not to be overtaken.
  if (!what.target || is_on_its_way(*what.target)) return std::vector<event>{};
  message& m = *what.target;
  if (what.index >= m.attachments.size()) return std::vector<event>{};
  attachment& a = m.attachments[what.index];
  const auto next = settled(a.state, what.to);
  if (!is_same(a, what.fetched) || next == a.state) return std::vector<event>{};
  a.state = next;
  draft d(state, now);
  event& e = d.add_hidden(event_type::media_settled);
  e.message = std::move(m);
  return std::move(d).take();
}

}  // namespace switchboard::domain
