#pragma once
// When something of each conversation is due, the earliest first: one heap for all of a partition, and no timer for each. About a
// hundred bytes a conversation.

#include "domain/ids.hpp"
#include "domain/slot_heap.hpp"
#include "domain/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace switchboard::domain {

struct due_conversation {
  conversation_id id;
  std::string brand;
  timestamp at;
};

/// One thread.
class deadline_index {
 public:
  /// As of `version` of the conversation this is due then; nullopt: nothing is. What is older than what is known changes nothing.
  void set(const conversation_id& id, std::string_view brand, std::uint64_t version,
           std::optional<timestamp> at);
  /// Whatever is known of the thread's conversations up to this ordinal is known no more.
  void forget(thread_id t, std::uint32_t up_to);

  [[nodiscard]] std::size_t size() const { return by_time_.size(); }
  /// The earliest; nullopt: nothing is due ever.
  [[nodiscard]] std::optional<timestamp> next() const;
  /// Shows all of them to `f`, in no order.
  template <class F>
  void each(F&& f) const {
    for (const auto s : by_time_.slots()) f(due_conversation{entries_[s].id, brands_[entries_[s].brand], entries_[s].at});
  }
  /// Takes the earliest, where it is due by then. It is due again `again_at`, unless set() says otherwise before: who is woken
  /// may not hear it.
  [[nodiscard]] std::optional<due_conversation> take(timestamp by, timestamp again_at);

 private:
  struct hash {
    std::size_t operator()(const conversation_id& id) const noexcept {
      return std::hash<thread_id>{}(id.thread) + id.ordinal;
    }
  };
  struct entry {
    conversation_id id;
    timestamp at;
    std::uint64_t version = 0;
    std::uint32_t brand = 0;
    std::uint32_t place = no_place;
  };
  struct order {
    std::vector<entry>& entries;
    [[nodiscard]] bool less(slot_index a, slot_index b) const { return entries[a].at < entries[b].at; }
    [[nodiscard]] std::uint32_t& place(slot_index s) const { return entries[s].place; }
  };
  void remove(slot_index s);
  [[nodiscard]] std::uint32_t brand_number(std::string_view brand);

  std::unordered_map<conversation_id, slot_index, hash> slots_;
  std::vector<entry> entries_;
  std::vector<slot_index> free_;
  slot_heap by_time_;
  std::vector<std::string> brands_;
};

}  // namespace switchboard::domain
