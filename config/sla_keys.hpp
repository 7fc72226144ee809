#pragma once
// The part of the property table that is about [[sla]]. Private to records.cpp.

#include "config/properties.hpp"

#include <array>
#include <string_view>

namespace switchboard::config {

// clang-format off
inline constexpr std::array sla_keys{
    record_key{"sla", "id", "What events, reports and explanations call it.", "string, 1 to 64 of a-z 0-9 _ -, a letter or digit first",
               "required", "\"gold\"", {}},
    record_key{"sla", "brands", "It is promised in conversations of these brands.", "list of 1 to 100 ids of a [[brand]]", "every one",
               "[\"acme\"]", {}},
    record_key{"sla", "platforms", "… on one of these platforms.",
               "list of \"facebook\", \"instagram\", \"whatsapp\", \"telegram\", \"x\", \"linkedin\", \"bluesky\"", "every one",
               "[\"whatsapp\", \"telegram\"]", {}},
    record_key{"sla", "accounts", "… with one of these accounts.", "list of 1 to 1000 ids of an [[account]]", "every one",
               "[\"acme-whatsapp\"]", {}},
    record_key{"sla", "kinds", "… of one of these kinds.", "list of \"dm\", \"comment\", \"mention\", \"review\"", "every one", "[\"dm\"]", {}},
    record_key{"sla", "languages", "… in one of these languages (metadata.language).", "list of 1 to 100 languages, like \"de\" or \"pt-BR\"",
               "any, or not known", "[\"pt\", \"es\"]", {}},
    record_key{"sla", "tags", "… with one of these tags.", "list of 1 to 100 strings", "any", "[\"vip\"]", {}},
    record_key{"sla", "priorities", "… of one of these priorities.", "list of \"low\", \"medium\", \"high\", \"urgent\"", "any",
               "[\"high\", \"urgent\"]", {}},
    record_key{"sla", "attributes", "… of a customer with all of these attributes (metadata.customerAttributes).",
               "table, names to strings, up to 32", "any", "{ plan = \"gold\" }", {}},
    record_key{"sla", "queues", "… in one of these queues.", "list of 1 to 100 ids of a [[queue]]", "any, or none", "[\"support\"]", {}},
    record_key{"sla", "calendar", "When its time runs.", "string, the id of a [[calendar]]", "around the clock", "\"berlin\"", {}},
    record_key{"sla", "start",
               "When first_response starts: with the customer's message, or when it leaves the bot_queues, where a bot speaks first.",
               "\"message\" or \"handoff\"", "\"message\"", "\"handoff\"", {}},
    record_key{"sla", "bot_queues", "Where a bot has it, for start = \"handoff\".", "list of 1 to 100 ids of a [[queue]]", "none", "[\"support\"]", {}},
    record_key{"sla", "bots_fulfil", "What a bot says answers the customer, too.", "true or false", "false", "false", {}},
    record_key{"sla", "charge_ingest_lag",
               "A message counts from when it was written, a week before it came at most. Else from when it came.", "true or false", "true", "true", {}},
    record_key{"sla", "reopening",
               "A resolved conversation that its customer opens again goes on with the time that had passed, or begins anew.",
               "\"resume\" or \"new_cycle\"", "\"resume\"", "\"new_cycle\"", {}},
    record_key{"sla", "calendar_change",
               "What another calendar does to clocks that run: what had passed has passed, and the rest is planned anew; or all is.",
               "\"frozen\" or \"retroactive\"", "\"frozen\"", "\"frozen\"", {}},
    record_key{"sla", "resolution_pauses", "In these states the clock resolution waits.", "list of \"pending\", \"snoozed\"", "none",
               "[\"pending\"]", {}},
    record_key{"sla", "spam_tag", "Who is tagged so waits for nothing any more.", "string, 1 to 100 bytes", "\"spam\"", "\"spam\"", {}},
    record_key{"sla", "no_reply_tag", "What is tagged so needs no next response.", "string, 1 to 100 bytes", "\"no-reply-needed\"",
               "\"no-reply-needed\"", {}},

    record_key{"sla.clock", "clock", "What is measured.",
               "\"first_response\", \"next_response\", \"update\", \"pausable_update\", \"requester_wait\", \"agent_work\", \"resolution\", "
               "\"queue_wait\" or \"assignee_response\"", "required", "\"first_response\"", {}},
    record_key{"sla.clock", "target",
               "How much business time there is, or until the end of which business day. By priority where that makes a difference: "
               "one that is not named has no such clock.",
               "string, \"1s\" to \"10000h\", \"eobd\" or \"eobd+1\"; or a table of priorities to such strings", "required",
               "{ low = \"eobd+1\", medium = \"8h\", high = \"2h\", urgent = \"30m\" }", {}},
    record_key{"sla.clock", "around_the_clock", "The calendar does not count for this one.", "true or false", "false", "false", {}},
    record_key{"sla.clock", "warn",
               "When it warns, and what is done then: at a share of the target, or when only so much of it is left.",
               "table, 1 to 8 of \"1%\" to \"99%\" or a time, each with a list of up to 8 actions", "never",
               "{ \"80%\" = [\"notify:assignee\"], \"15m\" = [\"raise_priority:urgent\", \"add_tag:late\"] }", {}},
    record_key{"sla.clock", "on_breach",
               "What is done when its time is over. raise_priority:PRIORITY and add_tag:TAG change the conversation, move_queue:QUEUE moves it, "
               "notify: tells front ends whom to tell (assignee, supervisors or an agent's id), webhook:ID an outgoing webhook.",
               "list of 1 to 8 strings \"ACTION:WHAT\"", "nothing", "[\"move_queue:support\"]", {}},
};
// clang-format on

}  // namespace switchboard::config
