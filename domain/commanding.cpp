#include "domain/commanding.hpp"

#include "domain/assigning.hpp"
#include "domain/draft.hpp"
#include "domain/language.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace switchboard::domain {
namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

[[nodiscard]] unexpected<refused> refuse(refusal why, std::string detail) {
  return unexpected<refused>{{why, std::move(detail)}};
}

[[nodiscard]] event_origin by_command() {
  return {"command", "", ""};
}

[[nodiscard]] std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Trimmed, without empty ones and repeats, in their order; or why that can't be.
[[nodiscard]] expected<std::vector<std::string>, refused> clean_tags(const std::vector<std::string>& asked) {
  std::vector<std::string> tags;
  for (const std::string& text : asked) {
    const std::string_view tag = trimmed(text);
    if (tag.empty() || std::ranges::find(tags, tag) != tags.end()) continue;
    if (tag.size() > tag_bytes_max) {
      return refuse(refusal::invalid, "A tag has " + std::to_string(tag.size()) + " bytes; at most " +
                                          std::to_string(tag_bytes_max) + " are allowed.");
    }
    if (tags.size() == tags_max) {
      return refuse(refusal::invalid,
                    "A conversation can have at most " + std::to_string(tags_max) + " different tags.");
    }
    tags.emplace_back(tag);
  }
  return tags;
}

[[nodiscard]] expected<std::vector<customer_attribute>, refused> with_attributes(
    std::vector<customer_attribute> all,
    std::vector<std::pair<std::string, std::optional<std::string>>>&& changes) {
  for (auto& [name, value] : changes) {
    if (name.empty() || name.size() > attribute_name_bytes_max) {
      return refuse(refusal::invalid, "An attribute's name has 1 to " +
                                          std::to_string(attribute_name_bytes_max) + " bytes, not " +
                                          std::to_string(name.size()) + ".");
    }
    if (value && value->size() > attribute_value_bytes_max) {
      return refuse(refusal::invalid, "Attribute " + name + " has " + std::to_string(value->size()) +
                                          " bytes; at most " + std::to_string(attribute_value_bytes_max) +
                                          " are allowed.");
    }
    const auto at =
        std::ranges::lower_bound(all, name, {}, &customer_attribute::name);  // sorted, as they are kept
    const bool known = at != all.end() && at->name == name;
    if (!value) {
      if (known) all.erase(at);
    } else if (known) {
      at->value = *std::move(value);
    } else {
      all.insert(at, {std::move(name), *std::move(value)});
    }
  }
  if (all.size() > attributes_max) {
    return refuse(refusal::invalid, "A customer would have " + std::to_string(all.size()) +
                                        " attributes; at most " + std::to_string(attributes_max) +
                                        " are allowed.");
  }
  return all;
}

[[nodiscard]] expected<std::string, refused> clean_language(const std::string& asked) {
  auto tag = language_tag(asked);
  if (tag.empty() && !asked.empty()) {
    return refuse(refusal::invalid,
                  "\"" + asked.substr(0, 35) + "\" is no language; write it like \"de\" or \"pt-BR\".");
  }
  return tag;
}

/// Fields that contradict each other or the conversation's status.
[[nodiscard]] std::optional<refused> contradiction(const conversation& c, const patch& p, timestamp now) {
  const auto invalid = [](std::string detail) { return refused{refusal::invalid, std::move(detail)}; };
  if (p.snooze_until && p.status && *p.status != conversation_status::snoozed) {
    return invalid("A time to snooze until goes only with status snoozed.");
  }
  if (p.snooze_until && *p.snooze_until <= now) {
    return invalid("The time to snooze until, " + to_rfc3339(*p.snooze_until) + ", is not in the future.");
  }
  if (c.status != conversation_status::closed) return std::nullopt;
  if (p.snooze_until || (p.status && *p.status != conversation_status::closed)) {
    return invalid(
        "A closed conversation can't be opened again; the customer's next message opens a new one.");
  }
  if (p.priority && *p.priority != c.priority)
    return invalid("Of a closed conversation only tags, language and attributes can change.");
  return std::nullopt;
}

/// Sets the status and the times that depend on it.
void change_status(conversation& c, conversation_status to, std::optional<timestamp> snooze_until,
                   timestamp now) {
  const bool was_solved =
      c.status == conversation_status::resolved || c.status == conversation_status::closed;
  const bool is_solved = to == conversation_status::resolved || to == conversation_status::closed;
  if (is_solved && !was_solved) note_solver(c, now);
  c.status = to;
  c.snooze_until = snooze_until;
  if (to == conversation_status::resolved) {
    c.resolved_at = now;
  } else if (to == conversation_status::closed) {
    if (!c.resolved_at) c.resolved_at = now;
  } else {
    c.resolved_at.reset();
  }
}

[[nodiscard]] event_type event_of(conversation_status from, conversation_status to) {
  if (from == to) return event_type::conversation_updated;
  if (to == conversation_status::resolved) return event_type::conversation_resolved;
  if (to == conversation_status::closed) return event_type::conversation_closed;
  if (from == conversation_status::resolved && to == conversation_status::open) {
    return event_type::conversation_reopened;
  }
  return event_type::conversation_updated;
}

}  // namespace

std::optional<refused> not_present(const thread_state& state, const conversation_id& id) {
  if (id.thread != state.id || !state.current || id.ordinal == 0 || id.ordinal > state.current->id.ordinal) {
    return refused{refusal::not_found, "There is no conversation " + to_text(id) + "."};
  }
  if (id.ordinal < state.current->id.ordinal) {
    return refused{refusal::superseded, "Conversation " + to_text(id) +
                                            " can't be changed any more: the customer's " +
                                            "newer conversation is " + to_text(state.current->id) + "."};
  }
  return std::nullopt;
}

decision decide_patch(const thread_state& state, patch&& what, timestamp now) {
  if (auto why = not_present(state, what.id)) {
    const bool asks_nothing = !what.status && !what.priority && !what.tags && !what.snooze_until &&
                              !what.language && what.customer_attributes.empty();
    if (why->why == refusal::superseded && asks_nothing) return std::vector<event>{};
    return unexpected<refused>{std::move(*why)};
  }
  const conversation& c = *state.current;
  if (what.if_version && *what.if_version != c.version) {
    return refuse(refusal::stale_version, "The conversation is at version " + std::to_string(c.version) +
                                              ", not " + std::to_string(*what.if_version) + ".");
  }
  // As it is written down, so that who read it back wakes at the same time.
  if (what.snooze_until) what.snooze_until = std::chrono::floor<std::chrono::milliseconds>(*what.snooze_until);
  if (auto why = contradiction(c, what, now)) return unexpected<refused>{std::move(*why)};
  if (what.tags) {
    auto tags = clean_tags(*what.tags);
    if (!tags) return unexpected<refused>{std::move(tags).error()};
    what.tags = *std::move(tags);
  }
  auto language = clean_language(what.language.value_or(c.language));
  if (!language) return unexpected<refused>{std::move(language).error()};
  auto attributes = with_attributes(c.customer_attributes, std::move(what.customer_attributes));
  if (!attributes) return unexpected<refused>{std::move(attributes).error()};

  const auto status = what.status.value_or(what.snooze_until ? conversation_status::snoozed : c.status);
  const bool status_changes =
      status != c.status || (what.snooze_until && what.snooze_until != c.snooze_until);
  const bool priority_changes = what.priority && *what.priority != c.priority;
  const bool tags_change = what.tags && *what.tags != c.tags;
  const bool language_set = what.language ? !language->empty() : c.language_set;
  const bool customer_changes =
      *language != c.language || language_set != c.language_set || *attributes != c.customer_attributes;
  if (!status_changes && !priority_changes && !tags_change && !customer_changes) return std::vector<event>{};

  draft d(state, now);
  event& e = d.add(event_of(c.status, status));
  if (status_changes) change_status(*e.conversation, status, what.snooze_until, now);
  if (priority_changes) e.conversation->priority = *what.priority;
  if (tags_change) e.conversation->tags = *std::move(what.tags);
  if (customer_changes) {
    e.conversation->language = *std::move(language);
    e.conversation->language_set = language_set;
    e.conversation->customer_attributes = *std::move(attributes);
  }
  e.origin = by_command();
  return std::move(d).take();
}

decision decide_note(const thread_state& state, add_note&& what, timestamp now) {
  if (auto why = not_present(state, what.id)) return unexpected<refused>{std::move(*why)};
  if (what.author.empty()) {
    return refuse(refusal::invalid, "A note needs an author: use a token with an agent.");
  }
  if (trimmed(what.content).empty()) return refuse(refusal::invalid, "A note needs some content.");
  if (what.content.size() > note_bytes_max) {
    return refuse(refusal::invalid, "The note has " + std::to_string(what.content.size()) +
                                        " bytes; at most " + std::to_string(note_bytes_max) +
                                        " are allowed.");
  }
  draft d(state, now);
  event& e = d.add(event_type::note_added);
  message& note = e.message.emplace();
  note.id = {e.conversation->id, e.sequence};
  note.note = true;
  note.direction = direction::outbound;
  note.sender_type = sender_type::agent;
  note.sender_id = std::move(what.author);
  note.content = std::move(what.content);
  note.sent_at = now;
  note.received_at = now;
  e.origin = by_command();
  return std::move(d).take();
}

decision decide_read(const thread_state& state, const mark_read& what, timestamp now) {
  if (auto why = not_present(state, what.id)) return unexpected<refused>{std::move(*why)};
  if (state.current->unread == 0) return std::vector<event>{};
  draft d(state, now);
  event& e = d.add(event_type::conversation_updated);
  e.conversation->unread = 0;
  e.origin = by_command();
  return std::move(d).take();
}

decision decide_wake(const thread_state& state, const wake& what, timestamp now) {
  if (auto why = not_present(state, what.id)) {
    if (why->why == refusal::superseded) return std::vector<event>{};
    return unexpected<refused>{std::move(*why)};
  }
  const conversation& c = *state.current;
  const bool is_due = c.status == conversation_status::snoozed && c.snooze_until && *c.snooze_until <= now;
  if (!is_due) return std::vector<event>{};
  draft d(state, now);
  event& e = d.add(event_type::conversation_updated);
  change_status(*e.conversation, conversation_status::open, std::nullopt, now);
  return std::move(d).take();
}

}  // namespace switchboard::domain
