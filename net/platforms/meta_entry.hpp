#pragma once
// What the normalisers of Messenger, the Page feed and Instagram share: the entry that an element stands in,
// keys of threads that several customers write in, and times whose unit depends on the path.

#include "domain/inbound.hpp"
#include "net/platforms/json.hpp"
#include "net/platforms/unpacker.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

/// One element of entry[]. Lives as long as the document.
struct meta_entry {
  object json;
  std::string account;  ///< entry.id: the page, or the Instagram professional account
  domain::platform platform = domain::platform::facebook;
};

/// One element of an entry, and where it stands.
struct meta_element {
  unpacker& out;
  const meta_entry& entry;
  std::string_view pointer;

  void reject(std::string_view reason, std::string_view detail) const {
    out.reject(pointer, reason, detail, entry.account);
  }
};

enum class time_unit : std::uint8_t { seconds, milliseconds };

/// A time that is a number in `number_unit`, digits in a text in `text_unit`, or RFC 3339 text (as old samples
/// have it). nullopt: absent or nonsense.
[[nodiscard]] std::optional<domain::timestamp> time_member(object o, std::string_view name,
                                                           time_unit number_unit, time_unit text_unit);

/// The key of a customer's thread below a post. No two pairs share a key, whatever the ids hold. The customer
/// may be empty: the platform named nobody.
[[nodiscard]] std::string thread_key_below(std::string_view post, std::string_view customer);

/// The emoji of a reaction that comes by its name (like, love …); an unknown name stays as it is.
[[nodiscard]] std::string_view emoji_named(std::string_view reaction);

/// Text of a stranger, short enough for a detail.
[[nodiscard]] std::string_view clipped(std::string_view text);

/// True, and the element is rejected, if a member of `part` stands twice: simdjson takes the first, others
/// the last, so that the two ends of one delivery would disagree about who wrote.
[[nodiscard]] bool rejected_as_ambiguous(const meta_element& at, object part);

}  // namespace switchboard::net::platforms
