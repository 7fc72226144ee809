#pragma once
// What happens around a Facebook Page's posts: one element of entry[].changes[] whose field is feed, mention or
// ratings. Units: seconds.

#include "net/platforms/meta_entry.hpp"

namespace switchboard::net::platforms {

/// Turns the change into events or one rejected part. `value` is the change's own.
void unpack_feed(const meta_element& at, object value);
void unpack_page_mention(const meta_element& at, object value);
void unpack_ratings(const meta_element& at, object value);

}  // namespace switchboard::net::platforms
