#include "net/platforms/graph_api.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::attempt_end;
using domain::attempt_outcome;

struct code_meaning {
  std::int64_t code;
  std::int64_t subcode;  ///< 0: any
  attempt_end end;
  std::chrono::milliseconds retry_after{0};  ///< 0: not told
  bool recipient_only = false;
};

constexpr std::chrono::milliseconds pair_wait{6000};  // 1 message in 6 s to one customer, platforms.md §5

// The first that matches. Sources: platforms.md §1, §2, §5; of codes that are not there, Meta's error reference [K].
// What ends in no_access stops the whole account, so only codes that speak of its token or standing do.
constexpr std::array<code_meaning, 64> meanings = {{
    // Graph
    {190, 0, attempt_end::no_access},      // token dead
    {102, 0, attempt_end::no_access},      // session key invalid
    {368, 0, attempt_end::no_access},      // blocked for policy violations
    {10, 0, attempt_end::refused},         // outside the window (2018278, 2534022), or not permitted here
    {200, 1545041, attempt_end::refused},  // this person isn't available
    {200, 0, attempt_end::no_access},      // a permission of the token is missing
    {230, 0, attempt_end::no_access},      // pages_messaging is missing
    {551, 0, attempt_end::refused},        // this person isn't available
    {100, 0, attempt_end::refused},        // invalid parameter, also: a retired tag
    {2, 0, attempt_end::later},            // service temporarily unavailable
    {4, 0, attempt_end::later},            // the app's rate
    {17, 0, attempt_end::later},           // the user's
    {32, 0, attempt_end::later},           // the page's
    {341, 0, attempt_end::later},          // the app's
    {613, 0, attempt_end::later},          // a custom one
    {80001, 0, attempt_end::later},        // business use case: pages
    {80002, 0, attempt_end::later},        // … Instagram
    {80006, 0, attempt_end::later},        // … Messenger
    {80007, 0, attempt_end::later},        // … WhatsApp business account
    {1200, 0, attempt_end::later},         // temporary send failure
    {506, 0, attempt_end::refused},        // the same comment twice
    {803, 0, attempt_end::refused},        // what it answers does not exist
    {10900, 0, attempt_end::refused},      // the comment has had its private reply
    {10902, 0, attempt_end::refused},      // … can have none
    {10903, 0, attempt_end::refused},      // … is too old for one, or the person can't be written to
    {2018278, 0, attempt_end::refused},    // outside the window, where it comes as the code
    // WhatsApp
    {0, 0, attempt_end::no_access},       // AuthException
    {3, 0, attempt_end::no_access},       // capability
    {130429, 0, attempt_end::later},      // the number's rate
    {130472, 0, attempt_end::refused},    // the customer is in an experiment
    {130497, 0, attempt_end::refused},    // not into this country
    {131000, 0, attempt_end::later},      // "failed to send … try again"
    {131005, 0, attempt_end::no_access},  // access denied
    {131008, 0, attempt_end::refused},    // a parameter is missing
    {131009, 0, attempt_end::refused},    // a value is not valid
    {131016, 0, attempt_end::later},      // service unavailable
    {131021, 0, attempt_end::refused},    // to oneself
    {131026, 0, attempt_end::refused},    // undeliverable
    {131031, 0, attempt_end::no_access},  // the account is locked
    {131037, 0, attempt_end::no_access},  // the number has no approved name
    {131042, 0, attempt_end::refused},    // payment: free answers still go
    {131045, 0, attempt_end::no_access},  // the number is not registered
    {131047, 0, attempt_end::refused},    // outside the window
    {131048, 0, attempt_end::later},      // spam limit of the number
    {131049, 0, attempt_end::refused},    // marketing limit of this customer: not to be tried again
    {131050, 0, attempt_end::refused},    // the customer stopped marketing
    {131051, 0, attempt_end::refused},    // unsupported type
    {131052, 0, attempt_end::refused},    // media could not be fetched
    {131053, 0, attempt_end::refused},    // media could not be uploaded
    {131056, 0, attempt_end::later, pair_wait, true},
    {131057, 0, attempt_end::later},      // maintenance
    {131062, 0, attempt_end::refused},    // not to a business-scoped user id
    {132000, 0, attempt_end::refused},    // template: count of parameters
    {132001, 0, attempt_end::refused},    // … does not exist
    {132005, 0, attempt_end::refused},    // … text too long
    {132007, 0, attempt_end::refused},    // … policy
    {132012, 0, attempt_end::refused},    // … format of parameters
    {132015, 0, attempt_end::refused},    // … paused
    {132016, 0, attempt_end::refused},    // … disabled
    {132068, 0, attempt_end::refused},    // flow blocked
    {132069, 0, attempt_end::later},      // flow throttled
    {133004, 0, attempt_end::later},      // server temporarily unavailable
    {133010, 0, attempt_end::no_access},  // the number is not registered
    {135000, 0, attempt_end::refused},    // generic
}};

const code_meaning* meaning_of(std::int64_t code, std::int64_t subcode) {
  const auto at = std::find_if(meanings.begin(), meanings.end(), [&](const code_meaning& each) {
    return each.code == code && (each.subcode == 0 || each.subcode == subcode);
  });
  return at == meanings.end() ? nullptr : &*at;
}

bool is_rate(std::int64_t code) {
  constexpr std::array<std::int64_t, 12> codes = {4,     17,    32,    341,    613,    80001,
                                                  80002, 80006, 80007, 130429, 131048, 132069};
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// The rate is of the app, and so of all its accounts.
bool is_of_application(std::int64_t code) {
  return code == 4 || code == 341;
}

void keep_error(attempt_outcome& out, object error, std::int64_t code, std::int64_t subcode) {
  out.error.code = std::to_string(code);
  if (subcode != 0) out.error.code += '/' + std::to_string(subcode);
  out.error.title = kept(member_text(error, "message"));
  std::string_view detail = member_text(error, "error_user_msg");
  if (const auto data = member_object(error, "error_data"); data && detail.empty()) {
    detail = member_text(*data, "details");
  }
  out.error.detail = kept(detail);
}

void read_error(attempt_outcome& out, object error, const answer& from, const graph_usage& usage,
                domain::timestamp now) {
  const auto code = member_int(error, "code");
  if (!code) return;
  const std::int64_t subcode = member_int(error, "error_subcode").value_or(0);
  keep_error(out, error, *code, subcode);
  const code_meaning* const meaning = meaning_of(*code, subcode);
  if (meaning != nullptr) {
    out.end = meaning->end;
    out.recipient_only = meaning->recipient_only;
    if (meaning->retry_after.count() > 0) out.retry_after = meaning->retry_after;
  } else if (member_bool(error, "is_transient")) {
    out.end = attempt_end::later;  // in so many words: it may be tried again
  } else if (*code == 1) {
    // "An unknown error occurred": listed as transient, but messages have arrived in spite of it.
    out.end = attempt_end::unknown;
  } else if (*code > 200 && *code < 300) {
    out.end = attempt_end::no_access;  // the permissions' range
  }
  if (out.end != attempt_end::later) return;
  out.whole_application = is_of_application(*code);
  if (const auto told = retry_after_of(from, now)) out.retry_after = told;
  if (!out.retry_after && usage.regained_in && is_rate(*code)) out.retry_after = *usage.regained_in;
}

void add_percent(graph_usage& usage, object o) {
  constexpr double percent = 100;
  for (const std::string_view name : {"call_count", "total_cputime", "total_time"}) {
    double value = 0;
    if (o.at_key(name).get(value) == simdjson::SUCCESS && value >= 0) {
      usage.used = std::max(usage.used.value_or(0), value / percent);
    }
  }
  const auto minutes = member_int(o, "estimated_time_to_regain_access");
  constexpr std::int64_t minutes_max = 24 * 60;
  if (minutes && *minutes > 0) {
    usage.regained_in = std::max(usage.regained_in.value_or(std::chrono::minutes{0}),
                                 std::chrono::minutes{std::min(*minutes, minutes_max)});
  }
}

/// A header's value as an object; a parser of its own would cost more than a parse before the body's.
std::optional<object> object_of(std::string_view json) {
  const auto parsed = parse(json, {.depth_max = answer_depth_max});
  object o;
  if (json.empty() || !parsed || parsed->root.get(o) != simdjson::SUCCESS) return std::nullopt;
  return o;
}

std::string id_in(object o, std::initializer_list<std::string_view> members) {
  for (const auto name : members) {
    if (std::string id = member_id(o, name); !id.empty()) return id;
  }
  const auto messages = member_array(o, "messages");
  object first;
  if (messages && messages->size() > 0 && messages->at(0).get(first) == simdjson::SUCCESS) {
    return member_id(first, "id");
  }
  return {};
}

}  // namespace

graph_subject instagram_subject(const sending_account& account) {
  if (account.page_id.empty()) return {instagram_graph, account.platform_id};
  return {facebook_graph, account.page_id};
}

std::string graph_url(const sending_account& account, std::string_view host, std::string_view object,
                      std::string_view edge) {
  const std::string_view base = account.api_url.empty() ? host : std::string_view{account.api_url};
  const std::string_view version =
      account.api_version.empty() ? graph_version : std::string_view{account.api_version};
  return edge.empty() ? url_of(base, {version, object}) : url_of(base, {version, object, edge});
}

graph_usage usage_of(const answer& from) {
  graph_usage usage;
  if (const auto app = object_of(header_of(from, "x-app-usage"))) {
    add_percent(usage, *app);
    usage.application_full = usage.used.value_or(0) >= 1;
  }
  if (const auto business = object_of(header_of(from, "x-business-use-case-usage"))) {
    for (const auto each : *business) {
      array uses;
      if (each.value.get(uses) != simdjson::SUCCESS) continue;
      for (const element use : uses) {
        object o;
        if (use.get(o) == simdjson::SUCCESS) add_percent(usage, o);
      }
    }
  }
  return usage;
}

attempt_outcome read_graph_answer(const answer& from, domain::timestamp now,
                                  std::initializer_list<std::string_view> id_members) {
  const graph_usage usage = usage_of(from);
  attempt_outcome out = by_status(from, now);
  if (usage.used || usage.regained_in) {
    out.quotas.push_back({.quota = {},
                          .remaining = {},
                          .full_again_in = usage.regained_in,
                          .used = usage.used,
                          .whole_application = usage.application_full});
  }
  const auto body = object_in(from);
  if (!body) return out;
  if (const auto error = member_object(*body, "error")) {
    if (from.status < 300 || from.status >= 400) read_error(out, *error, from, usage, now);
    return out;
  }
  if (!is_success(from)) return out;
  out.platform_message_id = id_in(*body, id_members);
  if (!out.platform_message_id.empty()) {
    out.end = attempt_end::sent;
    out.error = {};
  }
  return out;
}

}  // namespace switchboard::net::platforms
