#pragma once
// Which records of the log are of somebody who was erased, and what is put in their place. A record's bytes begin
// with the id of its event, and that with the id of what it is about: so most records are passed over after a look
// at their first bytes.

#include "domain/ids.hpp"
#include "domain/model.hpp"
#include "storage/record.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace switchboard::storage {

/// The record without anything that its event said: same place, id, type, time, cursor and sequence, and the keyed
/// hashes by which a redelivery is known (`seed`: the data directory's). A record that was emptied so, or that says
/// that somebody was erased, is given back as it is: nullopt.
[[nodiscard]] std::optional<std::string> emptied(const record& r, std::uint64_t seed);

/// What is erased of a log. Once made, any thread.
class erased_things {
 public:
  /// The conversations of `t` up to this ordinal. `by`: the log's place of the customer.erased that asked for it.
  void add_thread(domain::thread_id t, std::uint32_t ordinal, log_sequence by);
  /// What was said of the customer beside conversations, before `by`.
  void add_customer(const domain::customer_id& c, log_sequence by);
  void add_letter(const domain::dead_letter_id& d, log_sequence by);
  /// Without those that were asked for up to `done`.
  [[nodiscard]] erased_things behind(log_sequence done) const;
  [[nodiscard]] bool empty() const { return things_.empty(); }

  /// Is the event with these bytes, at this place of the log, one of theirs? Their customer.erased is not told from
  /// the others here, but by emptied().
  [[nodiscard]] bool covers(std::string_view bytes, log_sequence at) const;
  /// The hashes of all that events of theirs are about (subjects.hpp).
  [[nodiscard]] std::vector<std::uint64_t> subjects() const;

 private:
  struct thing {
    log_sequence by = 0;
    log_sequence before = ~log_sequence{0};  ///< records from here on are another life's
    std::uint32_t ordinal = ~std::uint32_t{0};
  };
  struct hash_of_text {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  /// By what stands in the event's id: 26 digits of a thread, or the whole id of a customer or letter.
  std::unordered_map<std::string, thing, hash_of_text, std::equal_to<>> things_;
};
using erased_things_ptr = std::shared_ptr<const erased_things>;

}  // namespace switchboard::storage
