#pragma once
// An agent who frees up while many wait, end to end: from the call that ends his conversation to the offer of the right one on the
// stream, everything durable.

#include "cli/bench_target.hpp"
#include "cli/histogram.hpp"

#include <cstdint>
#include <string>

namespace switchboard::cli {

struct routing_rounds {
  std::uint64_t queued = 0;             ///< when the first round began
  std::chrono::nanoseconds filling{0};  ///< until all of them waited
  histogram
      offered;  ///< from the PATCH that resolves a conversation to offer.made of the next, at a subscriber
  histogram accepted;  ///< from the accept to its 200: the conversation is his
};

/// What the own engine of a run needs at the end of its configuration: a queue, and an agent with room for one.
[[nodiscard]] std::string routing_rounds_config();
/// Queues so many, then plays the rounds. `target` is an engine with that configuration and nothing in it. The error is a line:
/// also that an offer was of another conversation than the first in line.
[[nodiscard]] expected<routing_rounds, std::string> play_routing_rounds(bench_target& target,
                                                                        const bench_options& o);

}  // namespace switchboard::cli
