#pragma once
// What one part of the traffic costs the rest: the same rest at the same rate, with and without it, in turns, so that
// what else the machine does hits both alike.

#include "rig.hpp"
#include "traffic.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace switchboard::load {

/// One of the two: kinds of traffic, each at its rate. The kind 0 is the troublemaker.
struct neighbourhood {
  std::vector<cli::webhook_plan> plans;
  std::vector<double> rates;
};

struct neighbour_plan {
  std::chrono::seconds warm_up{1}, each{4};
  int rounds = 3;
  std::uint32_t connections = 1'024;
};

struct neighbour_figures {
  /// Of all kinds but the first, over all rounds.
  tally quiet, beside;  ///< without trouble, with it
  tally trouble;        ///< of the troublemaker, when it makes trouble
  std::string is_void;  ///< not empty: why the figures say nothing
  std::vector<acknowledgement> acks;
  [[nodiscard]] double p99_ratio() const;
  [[nodiscard]] double refused_share() const;  ///< of the others', with trouble
};

/// Runs `quiet` and `trouble` in turns; numbers begin at `next_number`, which moves on.
[[nodiscard]] neighbour_figures compare(const rig& engine, const neighbourhood& quiet,
                                        const neighbourhood& trouble, const neighbour_plan& plan,
                                        std::uint64_t& next_number);

[[nodiscard]] std::string text_of(const neighbour_figures& f);

}  // namespace switchboard::load
