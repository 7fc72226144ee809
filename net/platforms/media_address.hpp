#pragma once
// An address that a stranger gave, and that we are to fetch something from. Addresses have a hundred spellings, and
// whoever reads one differently from whoever connects has been tricked; so there is one spelling that is taken, in which
// nothing is left to be read:
//
//   address := "https://" host [":443"] ["/" | "?" …]     printable ASCII, no blank, quote, backslash, angle bracket,
//                                                         brace, caret, pipe or grave accent; no "@" before the path; no fragment
//   host    := label "." label …                          of a-z 0-9 -, no hyphen at a label's end; the last label begins
//                                                         with a letter: no number in any notation, no [address], no
//                                                         port but 443, no point behind it, no other letters
//
// What a host may be called says nothing about where its name leads: that is looked at when it is connected to
// (net/client, options::may_reach).

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

inline constexpr std::size_t media_address_bytes_max = 4096;

/// The host of an address in that spelling (a view into `url`); nullopt: it is in none.
[[nodiscard]] std::optional<std::string_view> host_of_media(std::string_view url);

/// Is the host one of these, or below one of them? "fbcdn.net" holds for "a.fbcdn.net", not for "afbcdn.net".
[[nodiscard]] bool is_host_below(std::string_view host, std::string_view name);

/// Does `url` lie on the server that `origin` (scheme, host, port, as in account.api_url) names, letter for letter?
[[nodiscard]] bool is_of_origin(std::string_view url, std::string_view origin);

}  // namespace switchboard::net::platforms
