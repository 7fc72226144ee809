#include "net/api/event_stream.hpp"
#include "net/api/handlers.hpp"
#include "net/api/tickets.hpp"

#include <array>

namespace switchboard::net::api {

namespace {

using enum http::method;
using enum http::listener;
using names = std::span<const std::string_view>;

constexpr bool no_body = false;
constexpr bool body = true;

constexpr names none;
constexpr std::string_view of_stream[] = {"from",     "type",  "brand", "account", "conversation",
                                          "assignee", "queue", "limit", "wait",    "ticket"};
constexpr std::string_view of_conversations[] = {"brand",    "status", "platform", "account",
                                                 "assignee", "queue",  "tag",      "customer",
                                                 "sort",     "limit",  "cursor"};
constexpr std::string_view of_messages[] = {"order", "limit", "cursor"};
constexpr std::string_view of_pages[] = {"limit", "cursor"};
constexpr std::string_view of_readyz[] = {"verbose"};

// clang-format off
constexpr std::array table{
    route{get,   "/v1/events",                           open,  access::reader,     "streamEvents",              of_stream,        no_body, stream_events},
    route{post,  "/v1/tickets",                          open,  access::reader,     "issueTicket",               none,             body,    issue_ticket},
    route{get,   "/v1/conversations",                    open,  access::reader,     "listConversations",         of_conversations, no_body, list_conversations},
    route{get,   "/v1/conversations/{id}",               open,  access::reader,     "getConversation",           none,             no_body, get_conversation},
    route{patch, "/v1/conversations/{id}",               open,  access::agent,      "patchConversation",         none,             body,    patch_conversation},
    route{get,   "/v1/conversations/{id}/messages",      open,  access::reader,     "listMessages",              of_messages,      no_body, list_messages},
    route{post,  "/v1/conversations/{id}/notes",         open,  access::agent,      "addNote",                   none,             body,    add_note},
    route{post,  "/v1/conversations/{id}/read",          open,  access::agent,      "markRead",                  none,             body,    mark_read},
    route{get,   "/v1/customers/{id}",                   open,  access::reader,     "getCustomer",               none,             no_body, get_customer},
    route{get,   "/v1/customers/{id}/conversations",     open,  access::reader,     "listCustomerConversations", of_pages,         no_body, list_customer_conversations},
    route{get,   "/v1/dead-letters",                     open,  access::supervisor, "listDeadLetters",           of_pages,         no_body, list_dead_letters},
    route{get,   "/v1/dead-letters/{id}",                open,  access::supervisor, "getDeadLetter",             none,             no_body, get_dead_letter},
    route{post,  "/v1/dead-letters/{id}/replay",         open,  access::supervisor, "replayDeadLetter",          none,             body,    replay_dead_letter},
    route{get,   "/livez",                               admin, access::operators,  "livez",                     none,             no_body, livez},
    route{get,   "/readyz",                              admin, access::operators,  "readyz",                    of_readyz,        no_body, readyz},
    route{get,   "/metrics",                             admin, access::operators,  "metrics",                   none,             no_body, metrics},
    route{get,   "/status",                              admin, access::operators,  "status",                    none,             no_body, status},
    route{post,  "/reload",                              admin, access::operators,  "reload",                    none,             body,    reload},
    route{get,   "/backup",                              admin, access::operators,  "getBackup",                 none,             no_body, get_backup},
    route{post,  "/backup",                              admin, access::operators,  "startBackup",               none,             body,    start_backup},
};
// clang-format on

}  // namespace

std::span<const route> routes() {
  return table;
}

}  // namespace switchboard::net::api
