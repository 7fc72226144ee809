#pragma once
// What one message of a platform can hold, as data: fitting.cpp reads it, so that a limit stands in one place, beside
// its source.

#include "net/platforms/text_units.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace switchboard::net::platforms {

/// Quick replies or buttons.
struct choice_shape {
  std::size_t max = 0;          ///< 0: there are none
  std::size_t title_max = 0;    ///< UTF-16 units
  std::size_t payload_max = 0;  ///< bytes
  std::size_t links_max = 0;    ///< of those with an url
  bool links_alone = false;     ///< a link stands with no other button
  bool needs_text = true;       ///< the message must have a text, at most `choice_text`
};

struct list_shape {
  std::size_t rows_max = 0;  ///< of all sections; 0: there are no lists
  std::size_t sections_max = 0;
  std::size_t button_max = 0;  ///< UTF-16 units, as are the next
  std::size_t row_title_max = 0;
  std::size_t description_max = 0;
  std::size_t section_title_max = 0;
  std::size_t payload_max = 0;  ///< bytes
};

struct attachment_shape {
  std::string_view type;    ///< attachment::type
  bool takes_text = false;  ///< as a caption, at most `caption`
};

struct message_shape {
  std::string_view name;  ///< for sentences: "a WhatsApp message"
  text_limit text;
  std::span<const attachment_shape> attachments{};  ///< the types that it can hold; empty: none
  std::size_t attachments_max = 1;                  ///< in one message
  bool by_url = true;
  bool by_id = true;
  text_limit caption{};
  text_limit choice_text{};  ///< the text beside quick replies, buttons, a list or a flow
  text_limit quick_text{};   ///< the same beside quick replies, where it is another
  choice_shape quick_replies{};
  choice_shape buttons{};
  list_shape list{};
  bool templates = false;
  bool flows = false;
  bool replies = true;     ///< a message of this kind can name the one that it answers
  bool below = false;      ///< each part names it: a comment stands below another
  bool privately = false;  ///< the private answer to a comment: there can be but one
};

}  // namespace switchboard::net::platforms
