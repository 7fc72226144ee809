#include "domain/outgoing.hpp"

#include "domain/words.hpp"

namespace switchboard::domain {
namespace {

constexpr word_table<3> lane_words{"agent", "bot", "bulk"};
static_assert(distinct(lane_words));

}  // namespace

std::string_view to_word(lane value) {
  return word_of(lane_words, value);
}
std::optional<lane> lane_from_word(std::string_view word) {
  return value_of<lane>(lane_words, word);
}
lane lane_of(sender_type who) {
  if (who == sender_type::bot) return lane::bot;
  return who == sender_type::system ? lane::bulk : lane::agent;
}
sender_type speaker_of(lane in) {
  if (in == lane::bot) return sender_type::bot;
  return in == lane::bulk ? sender_type::system : sender_type::agent;
}

bool was_said_privately(const message& reply) {
  return reply.direction == direction::outbound && reply.payload.ends_with(R"("private":true})");
}

}  // namespace switchboard::domain
