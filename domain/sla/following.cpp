#include "domain/sla/following.hpp"

#include "domain/draft.hpp"
#include "domain/saying.hpp"
#include "domain/sla/measuring.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace switchboard::domain::sla {
namespace {

/// An action that changes the conversation changes what is measured, which may be followed by another. A raised priority can't be
/// raised for ever, and each warning is given once: so many rounds are more than there can be.
constexpr int rounds_max = 64;

[[nodiscard]] bool is_by_customer(const event& e) {
  return e.type == event_type::message_received && e.message && e.message->direction == direction::inbound &&
         e.message->sender_type == sender_type::customer;
}

[[nodiscard]] bool differs(const conversation& before, const conversation& after) {
  return before.status != after.status || before.priority != after.priority || before.queue != after.queue ||
         before.assigned_to != after.assigned_to || before.tags != after.tags ||
         before.language != after.language || before.customer_attributes != after.customer_attributes;
}

/// Reads the events of one decision to the clocks of the last conversation in it.
class reading {
 public:
  reading(const thread_state& state, const std::vector<event>& decided, const policies& all, timestamp now)
      : state_(state),
        decided_(decided),
        now_(whole(now)),
        of_(last_of(state, decided)),
        clocks_(*of_, before(), all, now) {}

  void read() {
    const conversation* was = same_case(state_.current ? &*state_.current : nullptr);
    clocks_.becomes(was != nullptr ? *was : *of_);
    if (!clocks_.plan_holds()) clocks_.check_policy(now_);
    for (const auto& e : decided_) {
      if (!same_case(e.conversation ? &*e.conversation : nullptr)) continue;
      clocks_.becomes(*e.conversation);
      if (was != nullptr && differs(*was, *e.conversation)) clocks_.changed(*was, when(), by_customer());
      hear(e);
      was = &*e.conversation;
    }
  }

  [[nodiscard]] measuring& clocks() { return clocks_; }
  [[nodiscard]] const conversation& of() const { return *of_; }

  [[nodiscard]] static const conversation* last_of(const thread_state& state,
                                                   const std::vector<event>& decided) {
    for (auto e = decided.rbegin(); e != decided.rend(); ++e) {
      if (e->conversation) return &*e->conversation;
    }
    return state.current ? &*state.current : nullptr;
  }

 private:
  [[nodiscard]] sla::clocks before() const {
    const auto* const was = same_case(state_.current ? &*state_.current : nullptr);
    return was != nullptr && was->sla ? *was->sla : sla::clocks{};
  }
  [[nodiscard]] const conversation* same_case(const conversation* c) const {
    return c != nullptr && c->id == of_->id ? c : nullptr;
  }
  [[nodiscard]] const event* customers_word() const {
    const auto found = std::find_if(decided_.begin(), decided_.end(), is_by_customer);
    return found == decided_.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool by_customer() const { return customers_word() != nullptr; }
  /// What a customer's message changes, changed when he wrote it.
  [[nodiscard]] instant when() const {
    const auto* const word = customers_word();
    return word == nullptr ? now_ : clocks_.effective(word->message->sent_at);
  }

  void hear(const event& e) {
    if (e.type == event_type::bot_handoff) return clocks_.handed_off(now_);
    if (!e.message || e.message->note) return;
    const auto& m = *e.message;
    if (is_by_customer(e)) return clocks_.customer_said(m.sent_at);
    if (m.direction != direction::outbound) return;
    if (e.type == event_type::message_failed) return clocks_.word_failed(m.id.sequence);
    // Ours counts when it is said; what was typed elsewhere, when it was written.
    const bool is_ours = e.type == event_type::message_queued;
    const bool is_echo = e.type == event_type::message_sent && !is_on_its_way(state_, m.id) && !m.placeholder;
    if (!is_ours && !is_echo) return;
    const auto at = is_ours ? now_ : clocks_.effective(m.sent_at);
    if (m.sender_type == sender_type::agent) {
      clocks_.person_said(at, m.id.sequence, is_ours ? agent_id{m.sender_id} : agent_id{});
    } else if (m.sender_type == sender_type::bot) {
      clocks_.bot_said(at);
    }
  }

  const thread_state& state_;
  const std::vector<event>& decided_;
  const instant now_;
  const conversation* of_;
  measuring clocks_;
};

/// What an action makes of the conversation; false: it is so already, or it is for others to do.
[[nodiscard]] bool act(conversation& c, const action& a) {
  if (a.kind == action_kind::raise_priority) {
    const auto to = from_word<priority>(a.what);
    if (!to || *to <= c.priority) return false;
    c.priority = *to;
    return true;
  }
  if (a.kind != action_kind::add_tag) return false;
  const bool has = std::find(c.tags.begin(), c.tags.end(), a.what) != c.tags.end();
  if (has || c.tags.size() >= tags_max) return false;
  c.tags.push_back(a.what);
  return true;
}

}  // namespace

std::vector<event> follow(const thread_state& state, std::vector<event>&& decided, occasion why,
                          const policies& all, timestamp now, timestamp even_now) {
  const auto* const of = reading::last_of(state, decided);
  if (of == nullptr || (all.all.empty() && !of->sla)) return std::move(decided);
  if (decided.empty() && why == occasion::decision) return std::move(decided);
  std::vector<clock_note> notes;
  sla::clocks after;
  {
    reading r(state, decided, all, even_now);
    r.read();
    if (why != occasion::decision) r.clocks().check_policy(whole(even_now));
    r.clocks().run_due(why == occasion::late_wake);
    notes = r.clocks().take_notes();
    after = r.clocks().state();
  }
  const bool remembers = of->sla ? !(after == *of->sla) : !(after == sla::clocks{});
  if (notes.empty() && !remembers) return std::move(decided);
  draft d(state, std::move(decided), now);
  // What was decided shows the clocks as they are behind it: nobody sees a state between.
  if (d.has_events()) d.last().conversation->sla = kept_clocks(after);
  for (int round = 0; !notes.empty() && round < rounds_max; ++round) {
    for (auto& n : notes) {
      event& e = d.add(n.type);
      e.conversation->sla = kept_clocks(after);
      e.sla = std::move(n);
    }
    conversation changed = d.latest();
    bool acts = false;
    for (std::size_t i = d.events().size() - notes.size(); i < d.events().size(); ++i) {
      for (const auto& a : d.events()[i].sla->actions) acts = act(changed, a) || acts;
    }
    notes.clear();
    if (!acts) break;
    const conversation was = d.latest();
    measuring m(was, after, all, even_now);
    m.becomes(changed);
    m.changed(was, whole(even_now), false);
    m.run_due(false);
    notes = m.take_notes();
    after = m.state();
    event& e = d.add(event_type::conversation_updated);
    e.conversation->priority = changed.priority;
    e.conversation->tags = changed.tags;
    e.conversation->sla = kept_clocks(after);
  }
  return std::move(d).take();
}

}  // namespace switchboard::domain::sla
