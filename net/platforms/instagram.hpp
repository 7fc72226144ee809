#pragma once
// Comments and mentions of Instagram: one change of an entry. DMs are Messenger's (messenger.hpp).

#include "net/platforms/meta_entry.hpp"

namespace switchboard::net::platforms {

/// comments, live_comments: value.{id,text,from:{id,username,self_ig_scoped_id?},media:{id,…},parent_id?}
void unpack_instagram_comment(const meta_element& at, object value, bool live);
/// mentions: value.{media_id, comment_id?}; the text must be fetched, the author is not named.
void unpack_instagram_mention(const meta_element& at, object value);

}  // namespace switchboard::net::platforms
