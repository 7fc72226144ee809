#pragma once
// One handler a route; the table in routes.cpp names them. Bodies, answers and errors: api/openapi.yaml.

#include "net/api/route.hpp"

namespace switchboard::net::api {

// conversations.cpp
void list_conversations(call&& c);
void get_conversation(call&& c);
void list_messages(call&& c);
// conversation_acts.cpp
void patch_conversation(call&& c);
void add_note(call&& c);
void mark_read(call&& c);
void show_typing(call&& c);
void list_accounts(call&& c);
void sync_account(call&& c);
// replies.cpp
void post_message(call&& c);
// assignments.cpp
void assign_conversation(call&& c);
void unassign_conversation(call&& c);
void transfer_conversation(call&& c);
// decisions.cpp
void list_decisions(call&& c);
void get_queue_position(call&& c);
// promises.cpp
void get_promises(call&& c);
void list_breaches(call&& c);
void report_overview(call&& c);
void report_agents(call&& c);
void report_platforms(call&& c);
void report_queues(call&& c);
// webhooks.cpp
void list_webhooks(call&& c);
void get_webhook(call&& c);
void list_deliveries(call&& c);
void replay_deliveries(call&& c);
// agents.cpp
void list_agents(call&& c);
void get_agent(call&& c);
void list_offers(call&& c);
void pull_work(call&& c);
void reassign_work(call&& c);
// presence.cpp
void set_presence(call&& c);
void open_session(call&& c);
void renew_session(call&& c);
void close_session(call&& c);
// offers.cpp
void accept_offer(call&& c);
void decline_offer(call&& c);
// queues.cpp
void list_queues(call&& c);
void list_shadows(call&& c);
void get_queue(call&& c);
// attachments.cpp
void get_attachment(call&& c);
// customers.cpp
void get_customer(call&& c);
void list_customer_conversations(call&& c);
void erase_customer(call&& c);
// dead_letters.cpp
void list_dead_letters(call&& c);
void get_dead_letter(call&& c);
void replay_dead_letter(call&& c);
// operations.cpp
void livez(call&& c);
void readyz(call&& c);
void status(call&& c);
void reload(call&& c);
// backups.cpp
void start_backup(call&& c);
void get_backup(call&& c);
// metrics.cpp
void metrics(call&& c);

}  // namespace switchboard::net::api
