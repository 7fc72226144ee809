#pragma once
// Where web addresses stand in a text: X counts each as 23 characters, Bluesky makes none of them a link by itself, and
// no cut may go through one.

#include <cstddef>
#include <string_view>
#include <vector>

namespace switchboard::net::platforms {

struct link_in_text {
  std::size_t begin = 0;  ///< byte offsets
  std::size_t end = 0;
  bool scheme = false;  ///< begins with http:// or https://; else a bare name like example.com/path
  /// The last label of its host is one that platforms know for sure (any of two letters, or a frequent one). Of
  /// the others they may or may not make a link.
  bool known_domain = false;
};

/// In order, not overlapping. What follows the host is taken as far as it is ASCII; closing punctuation is not part of
/// it.
[[nodiscard]] std::vector<link_in_text> links_in(std::string_view text);

}  // namespace switchboard::net::platforms
