#pragma once
// Why something cannot be sent as it is, so that a 422 problem can show it before anything is queued.

#include <string>

namespace switchboard::net::platforms {

struct unfit {
  std::string code;    ///< a slug, e.g. text-too-long
  std::string field;   ///< the member of the request's body, e.g. buttons[3].title; empty: the whole
  std::string detail;  ///< what is wrong, where, and what to do about it
  bool operator==(const unfit&) const = default;
};

}  // namespace switchboard::net::platforms
