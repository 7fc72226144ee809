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
