#include "net/api/event_stream.hpp"
#include "net/api/handlers.hpp"
#include "net/api/tickets.hpp"

#include <array>

namespace switchboard::net::api {

namespace {

using enum http::method;
using enum http::listener;

constexpr std::uint64_t no_body = 0;
constexpr std::uint64_t small_body = 64 << 10;

// clang-format off
constexpr std::array table{
    route{get,   "/v1/events",                           open,  access::reader,     "streamEvents",              no_body,    stream_events},
    route{post,  "/v1/tickets",                          open,  access::reader,     "issueTicket",               small_body, issue_ticket},
    route{get,   "/v1/conversations",                    open,  access::reader,     "listConversations",         no_body,    list_conversations},
    route{get,   "/v1/conversations/{id}",               open,  access::reader,     "getConversation",           no_body,    get_conversation},
    route{patch, "/v1/conversations/{id}",               open,  access::agent,      "patchConversation",         small_body, patch_conversation},
    route{get,   "/v1/conversations/{id}/messages",      open,  access::reader,     "listMessages",              no_body,    list_messages},
    route{post,  "/v1/conversations/{id}/notes",         open,  access::agent,      "addNote",                   small_body, add_note},
    route{post,  "/v1/conversations/{id}/read",          open,  access::agent,      "markRead",                  small_body, mark_read},
    route{get,   "/v1/customers/{id}",                   open,  access::reader,     "getCustomer",               no_body,    get_customer},
    route{get,   "/v1/customers/{id}/conversations",     open,  access::reader,     "listCustomerConversations", no_body,    list_customer_conversations},
    route{get,   "/v1/dead-letters",                     open,  access::supervisor, "listDeadLetters",           no_body,    list_dead_letters},
    route{get,   "/v1/dead-letters/{id}",                open,  access::supervisor, "getDeadLetter",             no_body,    get_dead_letter},
    route{post,  "/v1/dead-letters/{id}/replay",         open,  access::supervisor, "replayDeadLetter",          small_body, replay_dead_letter},
    route{get,   "/livez",                               admin, access::operators,  "livez",                     no_body,    livez},
    route{get,   "/readyz",                              admin, access::operators,  "readyz",                    no_body,    readyz},
    route{get,   "/metrics",                             admin, access::operators,  "metrics",                   no_body,    metrics},
    route{get,   "/status",                              admin, access::operators,  "status",                    no_body,    status},
    route{post,  "/reload",                              admin, access::operators,  "reload",                    small_body, reload},
};
// clang-format on

}  // namespace

std::span<const route> routes() {
  return table;
}

}  // namespace switchboard::net::api
