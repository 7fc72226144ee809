#pragma once
// The part of the property table that is about lists of routing: [[queue]], [[agent]], channels, statuses, rules. Private to
// records.cpp.

#include "config/properties.hpp"

#include <array>
#include <string_view>

namespace switchboard::config {

inline constexpr std::uint64_t ring_wait_ms_max = 30ull * 24 * 3600 * 1000;
inline constexpr std::uint64_t offer_ms_max = 3600ull * 1000;

// clang-format off
inline constexpr std::string_view routing_id = "string, 1 to 64 of a-z 0-9 _ -, a letter or digit first";
inline constexpr std::string_view platform_list =
    "list of \"facebook\", \"instagram\", \"whatsapp\", \"telegram\", \"x\", \"linkedin\", \"bluesky\"";
inline constexpr std::string_view kind_list = "list of \"dm\", \"comment\", \"mention\", \"review\"";

inline constexpr std::array routing_keys{
    record_key{"queue", "id", "What rules, agents, events and the API call it.", routing_id, "required", "\"support\"", {}},
    record_key{"queue", "brand", "Whose it is.", "string, the id of a [[brand]]", "required", "\"acme\"", {}},
    record_key{"queue", "name", "For people.", "string, up to 256 bytes", "its id", "\"Support\"", {}},
    record_key{"queue", "priority",
               "Between queues that the same agent is in: the one with the smaller number goes first.",
               "integer, 0 to 1000000", "0", "0", {form::count, 0, 1'000'000}},
    record_key{"queue", "order",
               "What goes first within it. aged: what has waited longest, [routing.priority_minutes] counted in. strict: what has "
               "the higher priority, whatever else has waited. edf: what has the earliest deadline, which nothing has before SLA clocks are in: until then, what came first.",
               "\"aged\", \"strict\" or \"edf\"", "\"aged\"", "\"aged\"", {}},
    record_key{"queue", "strategies",
               "Which agent gets it; where the first finds two alike the next decides, at the end who has been given nothing for "
               "longest. load_balanced: whose units would be the least full with it. least_active: who has the fewest "
               "conversations. skill_best: whose levels of the preferred skills weigh most. round_robin: by turns.",
               "list of \"round_robin\", \"least_active\", \"load_balanced\", \"skill_best\"", "[\"load_balanced\"]",
               "[\"skill_best\", \"load_balanced\"]", {}},
    record_key{"queue", "mode",
               "offer: an agent is asked, and accepts or declines. auto_accept: it is his at once. pull: he takes what he wants.",
               "\"auto_accept\", \"offer\" or \"pull\"", "\"offer\"", "\"offer\"", {}},
    record_key{"queue", "offer_timeout", "An offer that nobody has answered for so long is missed.",
               "duration, 1s to 1h", "\"20s\"", "\"20s\"", {form::duration, 1000, offer_ms_max}},
    record_key{"queue", "offers_at_once", "Agents who are asked for one conversation at a time; the first who accepts has it.",
               "integer, 1 to 20", "1", "1", {form::count, 1, 20}},
    record_key{"queue", "delay", "Nobody is asked for a conversation before it has waited so long, e.g. for those of a queue before.",
               "duration, 0s to 1d", "\"0s\"", "\"0s\"", {form::duration, 0, 24 * offer_ms_max}},
    record_key{"queue", "calendar", "When it is open. Without one it always is.",
               "string, the id of a [[calendar]]", "none", "\"berlin\"", {}},

    record_key{"queue.ring", "opens_after",
               "From so long after it was queued on, a conversation may go to whom this ring adds. The first opens at once; each "
               "further one later than the one before.",
               "duration, 0s to 30d", "\"0s\"", "\"0s\"", {form::duration, 0, ring_wait_ms_max}},
    record_key{"queue.ring", "pool", "Agents of the queue up to this pool ([[agent]] queues); never less than in the ring before.",
               "integer, 0 to 255", "as in the ring before, 0 in the first", "0", {form::count, 0, 255}},
    record_key{"queue.ring", "levels_lower",
               "So much is taken off each level that is required, down to 1; never less than in the ring before.",
               "integer, 0 to 100", "as in the ring before, 0 in the first", "0", {form::count, 0, 100}},
    record_key{"queue.ring", "preferred_required", "Whom it goes to must have the preferred skills as well.",
               "true or false", "as in the ring before, false in the first", "false", {form::flag}},
    record_key{"queue.ring", "skip_if_none_online", "Where nobody of this ring is here the next one opens at once.",
               "true or false", "false", "true", {form::flag}},

    record_key{"queue.overflow", "length_max", "More conversations than so many do not wait here: the next goes on. 0: no bound.",
               "integer, 0 to 100000000", "0", "500", {form::count, 0, 100'000'000}},
    record_key{"queue.overflow", "wait_max", "What has waited for so long goes on. 0s: no bound.",
               "duration, 0s to 30d", "\"0s\"", "\"15m\"", {form::duration, 0, ring_wait_ms_max}},
    record_key{"queue.overflow", "eta_max", "What would have to wait longer than this, as estimated, goes on when it comes; also where nobody who could take it is here, or the queue is closed. 0s: no bound.",
               "duration, 0s to 30d", "\"0s\"", "\"30m\"", {form::duration, 0, ring_wait_ms_max}},
    record_key{"queue.overflow", "when_closed", "What comes, or waits, while the queue's calendar is closed goes on.",
               "true or false", "false", "true", {form::flag}},
    record_key{"queue.overflow", "targets",
               "Where to: the first that a conversation has not been in yet. Where there is none left it stays where it is.",
               "list of 1 to 16 of \"queue:ID\", \"agent:ID\", \"leave-message\"", "required",
               "[\"agent:ada\", \"leave-message\"]", {}},
    record_key{"queue.overflow", "leave_message_text",
               "What \"leave-message\" says, once, in a direct message; the conversation stays in its queue, as old as it is.",
               "string, 1 to 900 bytes", "none; required with \"leave-message\"",
               "\"Nobody is here right now. Write what it is about; we answer in the morning.\"", {}},

    record_key{"queue.tell_wait", "text",
               "What is said. {position} is how many go first, and one; {minutes} how long that may take.",
               "string, 1 to 900 bytes; with other kinds than dm 280", "required",
               "\"You are number {position}; about {minutes} min.\"", {}},
    record_key{"queue.tell_wait", "closed_text", "What is said where nobody is here who could answer. Without it, nothing.",
               "string, 1 to 900 bytes; with other kinds than dm 280", "none", "\"We are closed, and answer in the morning.\"", {}},
    record_key{"queue.tell_wait", "kinds",
               "It is said in conversations of these kinds. What is said in others than dm, everybody reads.", kind_list,
               "[\"dm\"]", "[\"dm\"]", {}},
    record_key{"queue.tell_wait", "after", "Who is given to an agent before he has waited so long is told nothing.",
               "duration, 0s to 1h", "\"15s\"", "\"15s\"", {form::duration, 0, offer_ms_max}},
    record_key{"queue.tell_wait", "notify_min",
               "Said again after so long, where it has not become less. Never more than was said, unless it is half as much again.",
               "duration, 10s to 1d", "\"5m\"", "\"5m\"", {form::duration, 10'000, 24 * offer_ms_max}},
    record_key{"queue.tell_wait", "notify_gap", "Nobody is told more often than this, however much less it has become.",
               "duration, 10s to 1d", "\"1m\"", "\"1m\"", {form::duration, 10'000, 24 * offer_ms_max}},
    record_key{"queue.tell_wait", "ahead_max",
               "Who has more before him is told nothing yet. What telling costs grows with its square, not with the queue.",
               "integer, 1 to 1000", "100", "100", {form::count, 1, 1000}},

    record_key{"agent", "id", "What events, the API and the agent's token call him.", routing_id, "required", "\"ada\"", {}},
    record_key{"agent", "brand", "Whose he is.", "string, the id of a [[brand]]", "required", "\"acme\"", {}},
    record_key{"agent", "name", "For people.", "string, up to 256 bytes", "its id", "\"Ada L.\"", {}},
    record_key{"agent", "calendar",
               "His shifts: outside them he gets nothing new, wherever he is, and keeps what he has. Without one he always works.",
               "string, the id of a [[calendar]]", "none", "\"berlin\"", {}},
    record_key{"agent", "units", "How much work he has room for; what a conversation takes of it says [[routing.channel]].",
               "integer, 0 to 1000000", "100", "100", {form::count, 0, 1'000'000}},
    record_key{"agent", "units_hard",
               "Nothing that comes back to him, and nobody who assigns without force, takes him beyond this.",
               "integer, units to 1000000", "a fifth more than units", "120", {form::count, 0, 1'000'000}},
    record_key{"agent", "queues",
               "What he works on. \"billing:1\": in its pool 1, which is asked once a [[queue.ring]] with that pool opens.",
               "list of 1 to 1000 strings, the id of a [[queue]] of his brand, with \":\" and a pool from 0 to 255 or without",
               "none", "[\"support\"]", {}},
    record_key{"agent", "skills", "What he can, and how well. A language with a level is { \"language:de\" = 3 }.",
               "table, names (1 to 64 of a-z 0-9 _ -) to integers from 1 to 100", "none", "{ billing = 4, french = 5 }",
               {form::count, 1, 100}},
    record_key{"agent", "languages",
               "Languages that he answers in, each a skill of level 1: \"pt-BR\" is the skill language:pt-br, and language:pt, too.",
               "list of 1 to 100 languages, like \"de\" or \"pt-BR\"", "none", "[\"de\", \"pt-BR\"]", {}},

    record_key{"routing.channel", "platform", "The platform that it is about.", "one of the platforms", "every one",
               "\"whatsapp\"", {}},
    record_key{"routing.channel", "kind", "The kind of conversation that it is about.",
               "\"dm\", \"comment\", \"mention\" or \"review\"", "every one", "\"dm\"", {}},
    record_key{"routing.channel", "units", "What a conversation of it takes of its agent's units.",
               "integer, 0 to 1000000", "20", "20", {form::count, 0, 1'000'000}},
    record_key{"routing.channel", "interruptible", "It leaves reserve_percent of an agent's units free.", "true or false", "false",
               "true", {form::flag}},
    record_key{"routing.channel", "at_once_max", "Conversations of it that one agent has at a time. 0: as many as he has room for.",
               "integer, 0 to 65535", "0", "0", {form::count, 0, 65'535}},

    record_key{"routing.status", "name", "What agents choose it by.", routing_id, "required", "\"online\"", {}},
    record_key{"routing.status", "platforms",
               "He may be offered conversations of these. [] is none: he gets nothing. A channel must be taken whole or not at all.",
               platform_list, "every one", "[\"whatsapp\"]", {}},
    record_key{"routing.status", "kinds", "The same by the kind of conversation.", kind_list, "every one", "[\"dm\"]", {}},

    record_key{"routing.rule", "name", "What explanations call it.", "string, 1 to 256 bytes", "rule- and its number",
               "\"refunds\"", {}},
    record_key{"routing.rule", "brands", "It looks at conversations of these brands. With queue, at those of the queue's brand only.",
               "list of 1 to 100 ids of a [[brand]]", "every one", "[\"acme\"]", {}},
    record_key{"routing.rule", "platforms", "… on one of these platforms.", platform_list, "every one", "[\"whatsapp\", \"telegram\"]", {}},
    record_key{"routing.rule", "accounts", "… with one of these accounts.", "list of 1 to 1000 ids of an [[account]]", "every one",
               "[\"acme-whatsapp\"]", {}},
    record_key{"routing.rule", "sources", "… that came by one of these sources.", "list of 1 to 100 ids of a [[source]]", "every one",
               "[\"meta\"]", {}},
    record_key{"routing.rule", "kinds", "… of one of these kinds.", kind_list, "every one", "[\"dm\"]", {}},
    record_key{"routing.rule", "languages", "… in one of these languages (metadata.language): \"pt\" is \"pt-BR\" as well, not the other way round.",
               "list of 1 to 100 languages, like \"de\" or \"pt-BR\"", "any, or not known", "[\"pt\", \"es\"]", {}},
    record_key{"routing.rule", "tags", "… with one of these tags.", "list of 1 to 100 strings", "any", "[\"vip\"]", {}},
    record_key{"routing.rule", "priorities", "… of one of these priorities.",
               "list of \"low\", \"medium\", \"high\", \"urgent\"", "any", "[\"high\", \"urgent\"]", {}},
    record_key{"routing.rule", "attributes", "… of a customer with all of these attributes (metadata.customerAttributes).",
               "table, names to strings, up to 32", "any", "{ plan = \"gold\" }", {}},
    record_key{"routing.rule", "keywords", "… and one of these words or phrases in the customer's text, as whole words.",
               "list of 1 to 1000 strings", "any", "[\"refund\", \"money back\"]", {}},
    record_key{"routing.rule", "queue", "Where they go.", "string, the id of a [[queue]]", "the brand's queue", "\"support\"", {}},
    record_key{"routing.rule", "set_priority", "Their priority from then on.", "\"low\", \"medium\", \"high\" or \"urgent\"",
               "what it is", "\"high\"", {}},
    record_key{"routing.rule", "required",
               "Skills without which nobody gets them, and from which level on. Languages are \"language:de\".",
               "table, names of skills to integers from 1 to 100", "none", "{ billing = 3 }", {form::count, 1, 100}},
    record_key{"routing.rule", "preferred", "Skills that are worth something to strategy skill_best, and how much.",
               "table, names of skills to integers from 1 to 1000", "none", "{ \"language:de\" = 10, french = 2 }", {form::count, 1, 1000}},
};
// clang-format on

}  // namespace switchboard::config
