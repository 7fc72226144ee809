#pragma once
// Gathers what one body yields. Two promises of the product live here: nothing signed is ever dropped (what
// gives no event becomes a rejected part with bytes that can be replayed), and no body, however it is made,
// yields more than a bounded number of parts or of bytes.

#include "domain/inbound.hpp"
#include "net/platforms/platform.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

class source_map;

/// One use per body, on one thread. The body outlives it.
class unpacker {
 public:
  /// A body of up to this size is kept whole with each of its rejected parts …
  static constexpr std::size_t whole_body_bytes_max = 64 * 1024;
  /// … until the parts of this body hold so much together; from there on each has its own element alone.
  static constexpr std::size_t whole_bodies_bytes_max = 1024 * 1024;

  unpacker(domain::unpacked_body& out, std::string_view body, const parse_limits& limits,
           domain::timestamp received_at);
  ~unpacker();
  unpacker(const unpacker&) = delete;
  unpacker& operator=(const unpacker&) = delete;

  /// The next event, to be filled in; the reference is good until the next add(). Beyond limits.events_max it
  /// is one that nobody will see.
  [[nodiscard]] domain::inbound_event& add();

  /// The element at `pointer` (RFC 6901, from the root of the body, e.g. "/entry/0/changes/2/value/messages/1")
  /// gives no event. `reason` is a slug, `detail` says what was wrong; the pointer is put in front of it.
  /// `account`: the platform's account id where it was readable.
  void reject(std::string_view pointer, std::string_view reason, std::string_view detail,
              std::string_view account = {});
  /// The account's owner took our rights, as the element says.
  void revoke(std::string_view pointer, std::string_view detail, std::string_view account,
              domain::timestamp at);

  /// More parts than limits.events_max: go no further, the body as a whole will be rejected.
  [[nodiscard]] bool full() const noexcept { return overflow_; }

  /// To be called last. Replaces everything by one rejected part (too-many-events) if full(); a body that
  /// yielded nothing gets one rejected part (empty).
  void finish();

  [[nodiscard]] domain::timestamp received_at() const noexcept { return received_at_; }
  [[nodiscard]] const parse_limits& limits() const noexcept { return limits_; }

 private:
  [[nodiscard]] bool count_one();
  [[nodiscard]] std::string raw_of(std::string_view pointer);

  domain::unpacked_body& out_;
  std::string_view body_;
  const parse_limits& limits_;
  domain::timestamp received_at_;
  std::size_t whole_bytes_ = 0;  ///< of the whole bodies that rejected parts hold so far
  bool overflow_ = false;
  std::unique_ptr<domain::inbound_event> unseen_;  ///< where add() lets write beyond the limit
  std::unique_ptr<source_map> map_;  ///< where elements stand in a big body; made when first needed
};

/// The whole body as one rejected part: it is no document of this platform, or not one that we take.
[[nodiscard]] domain::unpacked_body rejected_whole(std::string_view body, std::string_view reason,
                                                   std::string_view detail);

}  // namespace switchboard::net::platforms
