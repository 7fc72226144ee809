#include "swaps.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>

namespace switchboard::attacks {

namespace {

using net::http::method;

constexpr std::size_t batch_requests = 1'024;
/// What is asked for in place of a foreign thing: as long, and nobody's.
constexpr std::string_view no_conversation = "c_00000000000000000000000000-1";
constexpr std::string_view no_message = "m_00000000000000000000000000-1-1";
constexpr std::string_view no_cursor = "00000000000000";

struct swap {
  request_text request;
  request_text twin;  ///< the same, with something that never was; empty target: the answer is only searched
  const tenant* asker = nullptr;
};

std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_') {
      out += c;
    } else {
      out += {'%', digits[u >> 4], digits[u & 15]};
    }
  }
  return out;
}

class swapper {
 public:
  swapper(world& w, std::uint64_t seed, net::http::handler* by) : w_(w), by_(by), random_(seed) {
    for (const auto& r : net::api::routes()) {
      if (r.needs.whose() == net::api::realm::brand && r.pattern.find('{') != std::string_view::npos)
        of_things_.push_back(&r);
    }
  }

  findings run(std::size_t swaps) {
    std::vector<swap> batch;
    while (found_.asked < swaps) {
      batch.clear();
      while (batch.size() < batch_requests && found_.asked + batch.size() < swaps) batch.push_back(draw());
      judge(batch);
      found_.asked += batch.size();
    }
    return std::move(found_);
  }

 private:
  // -- drawing ---------------------------------------------------------------------------------------------
  template <class List>
  const auto& one_of(const List& list) {
    return list[std::uniform_int_distribution<std::size_t>(0, std::size(list) - 1)(random_)];
  }

  swap draw() {
    asker_ = &one_of(w_.tenants);
    do owner_ = &one_of(w_.tenants);
    while (owner_ == asker_);
    token_ = asker_->token(one_of(roles));
    // Ids are what can be got hold of most easily; of the rest each kind has its share.
    constexpr int all = 100;
    const int n = std::uniform_int_distribution<int>(0, all - 1)(random_);
    if (n < 50) return in_a_path();
    if (n < 65) return in_a_filter();
    if (n < 78) return page_of_another();
    if (n < 92) return event_cursor();
    if (n < 96) return event_filter();
    return ticket_of_another();
  }

  request_text text(method verb, std::string target, std::string body = {},
                    net::http::header_list more = {}) {
    more.push_back(bearer(token_));
    return {verb, std::move(target), std::move(more), std::move(body)};
  }

  /// Any id of the other brand, also where ids of another kind belong.
  std::string any_id() {
    const std::vector<std::string>* kinds[] = {&owner_->conversations, &owner_->customers, &owner_->letters,
                                               &owner_->messages, &owner_->accounts};
    const auto n = std::uniform_int_distribution<std::size_t>(0, std::size(kinds) + 1)(random_);
    if (n < std::size(kinds)) return one_of(*kinds[n]);
    return n == std::size(kinds) ? owner_->agent : owner_->queue;
  }

  swap in_a_path() {
    const auto& r = *one_of(of_things_);
    std::string id;
    std::string none = "nothing";
    if (r.pattern.starts_with("/v1/conversations")) {
      const bool of_message = r.pattern.find("{message}") != std::string_view::npos;
      id = of_message ? owner_->pictured : one_of(owner_->conversations);
      none = of_message ? no_message : no_conversation;
    } else if (r.pattern.starts_with("/v1/customers")) {
      id = one_of(owner_->customers);
    } else if (r.pattern.starts_with("/v1/accounts")) {
      id = one_of(owner_->accounts);
    } else if (r.pattern.find("{session}") != std::string_view::npos) {
      id = owner_->agent + "/sessions/" + owner_->session;
    } else if (r.pattern.starts_with("/v1/agents")) {
      id = owner_->agent;
    } else if (r.pattern.starts_with("/v1/offers")) {
      id = one_of(owner_->conversations) + "~" + owner_->agent;
    } else if (r.pattern.starts_with("/v1/queues")) {
      id = owner_->queue;
    } else if (r.pattern.starts_with("/v1/webhooks")) {
      id = owner_->webhook;
    } else {
      id = one_of(owner_->letters);
    }
    if (one_of("abcdefgh") == 'a') id = any_id();
    auto query = std::string();
    if (r.operation == "listMessages" && one_of("ab") == 'a') {
      query = "?order=newest";
    }
    const auto body = body_for(r.operation);
    return {text(r.verb, path_of(r.pattern, id) + query, body),
            text(r.verb, path_of(r.pattern, none) + query, body), asker_};
  }

  swap in_a_filter() {
    if (one_of("abcdefgh") == 'a') {  // a list that takes none: nothing in it is another's
      return {text(method::get, "/v1/accounts"), text(method::get, "/v1/accounts"), asker_};
    }
    if (one_of("abcdefgh") == 'a') {
      const std::string list = one_of(
          std::array{"/v1/agents?brand=", "/v1/queues?brand=", "/v1/webhooks?brand=",
                     "/v1/sla/breaches?brand=", "/v1/reports/overview?brand=", "/v1/reports/agents?brand="});
      return {text(method::get, list + owner_->brand), text(method::get, list + "nobodys"), asker_};
    }
    struct filter {
      std::string_view name;
      std::string value;
    };
    const filter filters[] = {
        {"brand", owner_->brand},         {"account", one_of(owner_->accounts)},
        {"assignee", owner_->agent},      {"queue", owner_->queue},
        {"tag", owner_->words.of("tag")}, {"customer", one_of(owner_->customers)},
    };
    const auto& f = one_of(filters);
    std::string rest = "&sort=" + std::string(one_of(std::array{"updated", "priority", "deadline"}));
    if (f.name == "brand" && one_of("ab") == 'a') rest += "&brand=" + asker_->brand;
    const auto target = [&](std::string_view value) {
      return "/v1/conversations?limit=1000&" + std::string(f.name) + "=" + encoded(value) + rest;
    };
    return {text(method::get, target(f.value)), text(method::get, target("nobodys")), asker_};
  }

  /// Where one of the other brand's lists goes on: on the same list, on another, and on the other brand's own.
  swap page_of_another() {
    const auto& [list, cursor] = one_of(owner_->page_cursors);
    auto target = list;
    if (one_of("abc") == 'a') target = one_of(asker_->page_cursors).first;
    const auto with = [&](std::string_view c) { return target + "?limit=1&cursor=" + std::string(c); };
    return {text(method::get, with(changed(cursor))), text(method::get, with(no_cursor)), asker_};
  }

  /// Now and then with another place, or with a digit changed, or cut: one made by hand.
  std::string changed(std::string cursor) {
    constexpr std::string_view hex = "0123456789abcdef";
    switch (std::uniform_int_distribution<int>(0, 4)(random_)) {
      case 0:
        cursor[std::uniform_int_distribution<std::size_t>(0, 15)(random_)] = one_of(hex);
        break;
      case 1:
        cursor.resize(std::uniform_int_distribution<std::size_t>(1, cursor.size())(random_));
        break;
      default:
        break;
    }
    return cursor;
  }

  /// A place in the log is a place for everyone; what lies behind it is not.
  swap event_cursor() {
    const auto& cursor = one_of(owner_->event_cursors);
    swap s;
    s.asker = asker_;
    const int n = std::uniform_int_distribution<int>(0, 2)(random_);
    if (n == 0) {
      s.request = text(method::get, "/v1/events?limit=1000&from=" + cursor);
    } else if (n == 1) {
      s.request =
          text(method::get, "/v1/events", {}, {{"Accept", "text/event-stream"}, {"Last-Event-ID", cursor}});
    } else {
      s.request = text(method::get, "/v1/events?from=" + cursor, {}, upgrade);
    }
    return s;
  }

  swap event_filter() {
    struct filter {
      std::string_view name;
      std::string value, none;
    };
    const filter filters[] = {
        {"brand", owner_->brand, "nobodys"},
        {"account", one_of(owner_->accounts), "nobodys"},
        {"assignee", owner_->agent, "nobodys"},
        {"conversation", one_of(owner_->conversations), std::string(no_conversation)},
    };
    const auto& f = one_of(filters);
    const auto target = [&](std::string_view value) {
      return "/v1/events?from=earliest&" + std::string(f.name) + "=" + encoded(value);
    };
    net::http::header_list how;
    if (one_of("ab") == 'a') how = upgrade;
    return {text(method::get, target(f.value), {}, how), text(method::get, target(f.none), {}, how), asker_};
  }

  swap ticket_of_another() {
    const auto ticket = w_.ticket(owner_->token(one_of(roles)), by_);
    const auto target = [&](std::string_view t) {
      return "/v1/events?from=earliest&ticket=" + std::string(t);
    };
    return {text(method::get, target(ticket)), text(method::get, target("t_nothing")), asker_};
  }

  // -- judging ---------------------------------------------------------------------------------------------
  void judge(const std::vector<swap>& batch) {
    std::vector<request_text> requests;
    for (const auto& s : batch) {
      requests.push_back(s.request);
      if (!s.twin.target.empty() && !twins_.contains(key_of(s.twin))) {
        auto answer = w_.ask(s.twin, by_);
        twins_.emplace(key_of(s.twin), std::move(answer));
      }
    }
    const auto replies = w_.ask(requests, by_);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto& s = batch[i];
      const auto& r = replies[i];
      const auto name = std::string(to_word(s.request.method)) + " " + s.request.target + " by " +
                        s.request.headers.back().second;
      if (r.status == 0 || r.status >= 500) found_.add(name + ": " + std::to_string(r.status));
      if (!s.twin.target.empty() && r != twins_.at(key_of(s.twin))) {
        const auto& twin = twins_.at(key_of(s.twin));
        found_.add(name + ": " + std::to_string(r.status) + " " + r.body.substr(0, 100) +
                   ", but for nothing " + std::to_string(twin.status) + " " + twin.body.substr(0, 100));
      }
      for (const auto& word : foreign_words(r.head + r.body, s.asker->words.letter(),
                                            s.request.target + s.request.body, w_.words_but(s.asker)))
        found_.add(name + ": its answer holds " + word);
    }
  }

  static std::string key_of(const request_text& r) {
    std::string key = std::string(to_word(r.method)) + " " + r.target;
    for (const auto& [name, value] : r.headers) key += "\n" + name + ": " + value;
    return key;
  }

  const net::http::header_list upgrade{{"Connection", "Upgrade"},
                                       {"Upgrade", "websocket"},
                                       {"Sec-WebSocket-Version", "13"},
                                       {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  world& w_;
  net::http::handler* by_;
  std::mt19937_64 random_;
  std::vector<const net::api::route*> of_things_;
  const tenant* asker_ = nullptr;
  const tenant* owner_ = nullptr;
  std::string token_;
  std::map<std::string, reply> twins_;
  findings found_;
};

}  // namespace

findings check_swaps(world& w, std::size_t swaps, std::uint64_t seed, net::http::handler* by) {
  return swapper(w, seed, by).run(swaps);
}

}  // namespace switchboard::attacks
