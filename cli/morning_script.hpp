#pragma once
// What happens in the morning that `switchboard morning` plays, and how its people behave: pure, by a seed. When each thing
// really comes about is the engine's affair; what is decided here does not depend on it.

#include "domain/model.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::cli {

using std::chrono::milliseconds;

// -- customers -----------------------------------------------------------------------------------------------

/// Somebody writes for the first time. No two are of the same customer.
struct arrival {
  milliseconds at{0};        ///< from the beginning
  std::uint32_t number = 0;  ///< from 1
  std::string account = {};  ///< of config/morning.toml
  bool in_public = false;    ///< a comment or a post that names the account
  std::string name = {};     ///< of the customer; in the payload where the platform tells it
  std::string text = {};
};

// -- agents --------------------------------------------------------------------------------------------------

/// What an agent does with an offer. He lets it run out where he misses it.
struct offer_answer {
  enum class what : std::uint8_t { accept, decline, miss };
  what does = what::accept;
  milliseconds after{0};
};

/// What happens besides people coming, answering and solving.
struct act {
  enum class what : std::uint8_t {
    blinks,           ///< closes his browser and is back within the grace: nothing is lost
    drops_out,        ///< no heartbeat any more: lease and grace run out, his work goes to others
    hands_over,       ///< a conversation of his to the queue `to`
    hands_over_warm,  ///< … and keeps it until somebody there has accepted
    ends_shift        ///< all that he has goes to others, and he leaves
  };
  milliseconds at{0};  ///< not before; then as soon as he has what it takes
  what does = what::blinks;
  std::string agent;
  std::string to = {};
  milliseconds back_after{0};  ///< blinks, drops_out
};

struct login {
  milliseconds at{0};
  std::string agent;
};

/// Of an agent, by his queues.
struct cast_member {
  std::string id;
  std::string first_queue;
};

struct morning_plan {
  std::uint32_t conversations = 500;
  double pace = 12;  ///< conversations a second
  std::uint64_t seed = 1;
};

/// Everything in the order of its time. The same plan gives the same script. `cast`: in the config's order.
struct morning_script {
  morning_script(const morning_plan& plan, const std::vector<cast_member>& cast);

  milliseconds span{0};  ///< from the first to the last arrival
  std::vector<arrival> arrivals = {};
  std::vector<login> logins = {};
  std::vector<act> acts = {};
};

/// `asked`: how often he was asked before. Most accept within a second; finn declines and gwen misses what each is asked first, so
/// that both are to be seen however short the morning is.
[[nodiscard]] offer_answer answer_of(std::uint64_t seed, std::string_view agent, std::uint32_t asked);
/// How long a conversation takes him: comments are done sooner.
[[nodiscard]] milliseconds handling_of(std::uint64_t seed, std::string_view agent, std::string_view customer,
                                       bool in_public);

}  // namespace switchboard::cli
