#pragma once
// What is known of an account's threads, in plain maps: the facts that domain/thread_finding asks for, and how a finder
// remembers what it is told to. Keys stand for themselves, so that a test can say which thread is meant.

#include "domain/thread_finding.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace switchboard::domain {

class known_threads final : public thread_facts {
 public:
  // -- facts
  [[nodiscard]] thread_id thread_of(thread_kind kind, std::string_view key) const override {
    asked.push_back("thread of " + std::string(key));
    return id_of(kind, key);
  }
  [[nodiscard]] customer_id customer_of(std::string_view user) const override {
    asked.push_back("customer of " + std::string(user));
    return {shown(user)};
  }
  [[nodiscard]] std::optional<thread_id> thread_of_comment(std::string_view id) const override {
    asked.push_back("comment " + std::string(id));
    return value_of(comments, std::string(id));
  }
  [[nodiscard]] std::optional<thread_id> asked_for_comment(std::string_view id) const override {
    asked.push_back("asked for " + std::string(id));
    return value_of(asked_for, std::string(id));
  }
  [[nodiscard]] std::optional<thread_id> thread_of_private_answer(std::string_view customer,
                                                                  std::string_view words) const override {
    asked.push_back("private answer to " + std::string(customer));
    return value_of(private_answers, {std::string(customer), std::string(words)});
  }
  [[nodiscard]] bool is_of(thread_id t, const customer_id& c) const override {
    asked.push_back(text(t) + " is of " + c.value);
    return whose.contains({t, c.value});
  }
  [[nodiscard]] bool lies_in(thread_id t, const inbound_event& e) const override {
    asked.push_back(text(t) + " has it");
    return events.contains({t, key_of(e)});
  }
  [[nodiscard]] std::optional<thread_alias> move_of(thread_id key, timestamp at) const override {
    asked.push_back("move of " + text(key));
    const auto of_key = value_of(moves, key).value_or(std::vector<thread_alias>{});
    const auto* const found = move_at(of_key, at);
    return found != nullptr ? std::optional(*found) : std::nullopt;
  }
  [[nodiscard]] std::optional<thread_id> thread_named(thread_id key) const override {
    asked.push_back("who is " + text(key));
    return value_of(names, key);
  }
  [[nodiscard]] std::optional<thread_id> thread_named_lately(thread_id key) const override {
    return lately.contains(key) ? value_of(names, key) : std::nullopt;
  }
  [[nodiscard]] std::optional<thread_id> other_name_of(thread_id t) const override {
    asked.push_back("name of " + text(t));
    return value_of(other_names, t);
  }

  // -- what a finder does
  [[nodiscard]] found_thread find(const inbound_event& e) {
    for (;;) {
      auto finding = find_thread(e, *this);
      if (remember(e, finding)) return std::move(finding.found);
    }
  }
  /// False: another was first to give the name, and nothing is remembered.
  [[nodiscard]] bool remember(const inbound_event& e, const thread_finding& f) {
    if (f.first_name) {
      if (names.try_emplace(*f.first_name, f.found.thread).first->second != f.found.thread) return false;
      other_names[f.found.thread] = *f.first_name;
    }
    for (const auto& a : f.found.aliases) remember(a);
    if (f.remember_comment) comments[e.platform_message_id] = f.found.thread;
    if (f.remember_asked) asked_for[e.platform_message_id] = *f.found.unless_in;
    if (f.remember_whose) whose.emplace(f.found.thread, f.found.customer.value);
    if (f.remember_event) events.emplace(f.found.thread, key_of(e));
    return true;
  }
  void remember(const thread_alias& a) {
    if (!a.since) {
      names[a.key] = a.thread;
      lately.insert(a.key);
      return;
    }
    std::erase_if(moves[a.key], [&](const thread_alias& old) { return old.since == a.since; });
    moves[a.key].push_back(a);
  }

  // -- names of threads
  /// Of direct messages; the other kinds' keys are told from them in here.
  [[nodiscard]] thread_id id_of(std::string_view key) const { return id_of(thread_kind::dm, key); }
  [[nodiscard]] thread_id id_of(thread_kind kind, std::string_view key) const {
    const auto next = thread_id{1, ids_.size() + 1};
    const auto id = ids_.try_emplace({kind, std::string(key)}, next).first->second;
    texts_[id] = (kind == thread_kind::dm ? "" : "c/") + shown(key);
    return id;
  }
  [[nodiscard]] std::string text(thread_id t) const { return texts_.at(t); }
  [[nodiscard]] static std::tuple<std::string, std::string, std::string> key_of(const inbound_event& e) {
    return {std::string(to_word(e.kind)), e.platform_message_id, e.version};
  }

  mutable std::vector<std::string> asked;
  std::map<std::string, thread_id> comments;
  std::map<std::string, thread_id> asked_for;
  std::map<std::pair<std::string, std::string>, thread_id> private_answers;  ///< by customer and words
  std::set<std::pair<thread_id, std::tuple<std::string, std::string, std::string>>> events;
  std::set<std::pair<thread_id, std::string>> whose;
  std::map<thread_id, std::vector<thread_alias>> moves;
  std::map<thread_id, thread_id> names;        ///< thread_named
  std::set<thread_id> lately;                  ///< of names: those in memory
  std::map<thread_id, thread_id> other_names;  ///< other_name_of

 private:
  template <class Map>
  [[nodiscard]] static std::optional<typename Map::mapped_type> value_of(const Map& map,
                                                                         const typename Map::key_type& key) {
    const auto found = map.find(key);
    return found != map.end() ? std::optional(found->second) : std::nullopt;
  }
  /// Whoever is given a key when its owner has left it (next_owner_key): the key and a prime.
  [[nodiscard]] static std::string shown(std::string_view key) {
    const auto end = key.find('\n');
    return std::string(key.substr(0, end)) + (end == std::string_view::npos ? "" : "'");
  }

  mutable std::map<std::pair<thread_kind, std::string>, thread_id> ids_;
  mutable std::map<thread_id, std::string> texts_;
};

}  // namespace switchboard::domain
