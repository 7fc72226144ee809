#include "net/api/event_stream.hpp"
#include "net/api/handlers.hpp"
#include "net/api/tickets.hpp"

#include <array>

namespace switchboard::net::api {

namespace {

using enum http::method;
using enum http::listener;
// Who may call, and whose things it is about: the first word is the least role, the second the realm.
constexpr rule reads_brand{access::reader, realm::brand};
constexpr rule acts_in_brand{access::agent, realm::brand};
constexpr rule supervises_brand{access::supervisor, realm::brand};
constexpr rule reads_own{access::reader, realm::caller};
constexpr rule operates{access::operators, realm::node};
constexpr rule signs{access::signers, realm::source};

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
constexpr std::string_view of_breaches[] = {"brand", "queue", "assignee", "from", "to", "state", "limit", "cursor"};
constexpr std::string_view of_reports[] = {"brand", "from", "to", "interval", "timezone", "format", "limit", "cursor"};
constexpr std::string_view of_deliveries[] = {"status", "limit", "cursor"};
constexpr std::string_view of_brands[] = {"brand"};
constexpr std::string_view of_readyz[] = {"verbose"};

// clang-format off
constexpr std::array table{
    route{{get,   "/v1/events",                           open,  reads_brand,      "streamEvents"},              of_stream,        no_body, stream_events},
    route{{post,  "/v1/tickets",                          open,  reads_own,        "issueTicket"},               none,             body,    issue_ticket},
    route{{get,   "/v1/accounts",                         open,  reads_brand,      "listAccounts"},              none,             no_body, list_accounts},
    route{{post,  "/v1/accounts/{id}/sync",               open,  supervises_brand, "syncAccount"},               none,             body,    sync_account},
    route{{get,   "/v1/conversations",                    open,  reads_brand,      "listConversations"},         of_conversations, no_body, list_conversations},
    route{{get,   "/v1/conversations/{id}",               open,  reads_brand,      "getConversation"},           none,             no_body, get_conversation},
    route{{patch, "/v1/conversations/{id}",               open,  acts_in_brand,    "patchConversation"},         none,             body,    patch_conversation},
    route{{get,   "/v1/conversations/{id}/messages",      open,  reads_brand,      "listMessages"},              of_messages,      no_body, list_messages},
    route{{post,  "/v1/conversations/{id}/messages",      open,  acts_in_brand,    "postMessage"},               none,             body,    post_message},
    route{{get,   "/v1/conversations/{id}/messages/{message}/attachments/{index}", open, reads_brand, "getAttachment"}, none,           no_body, get_attachment},
    route{{post,  "/v1/conversations/{id}/notes",         open,  acts_in_brand,    "addNote"},                   none,             body,    add_note},
    route{{post,  "/v1/conversations/{id}/read",          open,  acts_in_brand,    "markRead"},                  none,             body,    mark_read},
    route{{post,  "/v1/conversations/{id}/typing",        open,  acts_in_brand,    "showTyping"},                none,             body,    show_typing},
    route{{put,   "/v1/conversations/{id}/assignment",    open,  acts_in_brand,    "assignConversation"},        none,             body,    assign_conversation},
    route{{del,   "/v1/conversations/{id}/assignment",    open,  acts_in_brand,    "unassignConversation"},      none,             no_body, unassign_conversation},
    route{{post,  "/v1/conversations/{id}/transfer",      open,  acts_in_brand,    "transferConversation"},      none,             body,    transfer_conversation},
    route{{get,   "/v1/conversations/{id}/decisions",     open,  reads_brand,      "listDecisions"},             of_pages,         no_body, list_decisions},
    route{{get,   "/v1/conversations/{id}/position",      open,  reads_brand,      "getQueuePosition"},          none,             no_body, get_queue_position},
    route{{get,   "/v1/conversations/{id}/sla",           open,  reads_brand,      "getPromises"},               none,             no_body, get_promises},
    route{{get,   "/v1/agents",                           open,  reads_brand,      "listAgents"},                of_brands,        no_body, list_agents},
    route{{get,   "/v1/agents/{id}",                      open,  reads_brand,      "getAgent"},                  none,             no_body, get_agent},
    route{{put,   "/v1/agents/{id}/presence",             open,  acts_in_brand,    "setPresence"},               none,             body,    set_presence},
    route{{post,  "/v1/agents/{id}/sessions",             open,  acts_in_brand,    "openSession"},               none,             body,    open_session},
    route{{put,   "/v1/agents/{id}/sessions/{session}",   open,  acts_in_brand,    "renewSession"},              none,             body,    renew_session},
    route{{del,   "/v1/agents/{id}/sessions/{session}",   open,  acts_in_brand,    "closeSession"},              none,             no_body, close_session},
    route{{get,   "/v1/agents/{id}/offers",               open,  reads_brand,      "listOffers"},                none,             no_body, list_offers},
    route{{post,  "/v1/agents/{id}/pull",                 open,  acts_in_brand,    "pullWork"},                  none,             body,    pull_work},
    route{{post,  "/v1/agents/{id}/reassign",             open,  acts_in_brand,    "reassignWork"},              none,             body,    reassign_work},
    route{{post,  "/v1/offers/{id}/accept",               open,  acts_in_brand,    "acceptOffer"},               none,             body,    accept_offer},
    route{{post,  "/v1/offers/{id}/decline",              open,  acts_in_brand,    "declineOffer"},              none,             body,    decline_offer},
    route{{get,   "/v1/queues",                           open,  reads_brand,      "listQueues"},                of_brands,        no_body, list_queues},
    route{{get,   "/v1/queues/{id}",                      open,  reads_brand,      "getQueue"},                  none,             no_body, get_queue},
    route{{get,   "/v1/routing/shadow",                   open,  supervises_brand, "listShadows"},               of_brands,        no_body, list_shadows},
    route{{get,   "/v1/customers/{id}",                   open,  reads_brand,      "getCustomer"},               none,             no_body, get_customer},
    route{{del,   "/v1/customers/{id}",                   open,  supervises_brand, "eraseCustomer"},             none,             no_body, erase_customer},
    route{{get,   "/v1/customers/{id}/conversations",     open,  reads_brand,      "listCustomerConversations"}, of_pages,         no_body, list_customer_conversations},
    route{{get,   "/v1/dead-letters",                     open,  supervises_brand, "listDeadLetters"},           of_pages,         no_body, list_dead_letters},
    route{{get,   "/v1/dead-letters/{id}",                open,  supervises_brand, "getDeadLetter"},             none,             no_body, get_dead_letter},
    route{{post,  "/v1/dead-letters/{id}/replay",         open,  supervises_brand, "replayDeadLetter"},          none,             body,    replay_dead_letter},
    route{{get,   "/v1/sla/breaches",                     open,  reads_brand,      "listBreaches"},              of_breaches,      no_body, list_breaches},
    route{{get,   "/v1/reports/overview",                 open,  reads_brand,      "reportOverview"},            of_reports,       no_body, report_overview},
    route{{get,   "/v1/reports/agents",                   open,  reads_brand,      "reportAgents"},              of_reports,       no_body, report_agents},
    route{{get,   "/v1/reports/platforms",                open,  reads_brand,      "reportPlatforms"},           of_reports,       no_body, report_platforms},
    route{{get,   "/v1/reports/queues",                   open,  reads_brand,      "reportQueues"},              of_reports,       no_body, report_queues},
    route{{get,   "/v1/webhooks",                         open,  supervises_brand, "listWebhooks"},              of_brands,        no_body, list_webhooks},
    route{{get,   "/v1/webhooks/{id}",                    open,  supervises_brand, "getWebhook"},                none,             no_body, get_webhook},
    route{{get,   "/v1/webhooks/{id}/deliveries",         open,  supervises_brand, "listDeliveries"},            of_deliveries,    no_body, list_deliveries},
    route{{post,  "/v1/webhooks/{id}/replay",             open,  supervises_brand, "replayDeliveries"},          none,             body,    replay_deliveries},
    route{{get,   "/livez",                               admin, operates,         "livez"},                     none,             no_body, livez},
    route{{get,   "/readyz",                              admin, operates,         "readyz"},                    of_readyz,        no_body, readyz},
    route{{get,   "/metrics",                             admin, operates,         "metrics"},                   none,             no_body, metrics},
    route{{get,   "/status",                              admin, operates,         "status"},                    none,             no_body, status},
    route{{post,  "/reload",                              admin, operates,         "reload"},                    none,             body,    reload},
    route{{get,   "/backup",                              admin, operates,         "getBackup"},                 none,             no_body, get_backup},
    route{{post,  "/backup",                              admin, operates,         "startBackup"},               none,             body,    start_backup},
};
// clang-format on

constexpr std::array webhooks{
    entrance{get, "/webhooks/{source}", open, signs, "verifySource"},
    entrance{post, "/webhooks/{source}", open, signs, "receiveWebhook"},
};

static_assert(flaw_of(table).empty());

}  // namespace

std::span<const route> routes() {
  return table;
}

std::span<const entrance> webhook_routes() {
  return webhooks;
}

}  // namespace switchboard::net::api
