#include "bad_day.hpp"

#include "tests/e2e/certificate.hpp"
#include "tests/e2e/every_platform.hpp"
#include "tests/e2e/json_text.hpp"
#include "tests/e2e/setup.hpp"
#include "tests/eventually.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

namespace switchboard::faults {

namespace {

using namespace std::chrono_literals;
using fake_platform::account;
using fake_platform::echo_time;

/// X alone, or all the others.
std::vector<account> accounts_of(bool by_x) {
  auto all = e2e::an_account_of_each();
  std::erase_if(all, [&](const account& a) { return (a.platform == domain::platform::x) != by_x; });
  return all;
}

void append(std::string& out, const char* what, const std::vector<std::string>& which) {
  if (which.empty()) return;
  constexpr std::size_t shown = 5;
  out += std::to_string(which.size()) + ' ' + what + ':';
  for (std::size_t i = 0; i < std::min(shown, which.size()); ++i) out += ' ' + which[i];
  out += '\n';
}

}  // namespace

std::string send_findings::text() const {
  std::string out;
  append(out, "doubled", doubled);
  append(out, "lost", lost);
  append(out, "said of untruly", untrue);
  append(out, "out of order", out_of_order);
  append(out, "shown twice", shown_twice);
  append(out, "told and still unknown", unknown_though_told);
  append(out, "cases that nobody's word opened", opened);
  return out;
}

send_findings judge(const std::vector<accepted_reply>& replies, const std::vector<fake_platform::taken>& book,
                    const std::map<std::string, reply_end>& ends) {
  struct held {
    std::uint64_t times = 0;
    std::size_t at = 0;
  };
  std::map<std::string, held> has;
  for (std::size_t i = 0; i < book.size(); ++i) {
    auto& h = has[book[i].text];
    if (h.times++ == 0) h.at = i;
  }
  send_findings f;
  std::map<std::string, std::size_t> latest;  // by conversation
  for (const auto& r : replies) {
    const auto h = has.find(r.text);
    const auto times = h == has.end() ? 0 : h->second.times;
    const auto e = ends.find(r.id);
    const std::string how = e == ends.end() ? "" : e->second.status;
    if (times > 1) f.doubled.push_back(r.text);
    if (e == ends.end() || !e->second.is_end) f.lost.push_back(r.text + " (" + how + ")");
    const bool arrived = how == "sent" || how == "delivered" || how == "read";
    if ((arrived && times == 0) || (how == "failed" && times > 0))
      f.untrue.push_back(r.text + " (" + how + ")");
    if (times == 0) continue;
    const auto before = latest.find(r.conversation);
    if (before != latest.end() && h->second.at < before->second) f.out_of_order.push_back(r.text);
    latest[r.conversation] = h->second.at;
  }
  return f;
}

void judge_shown(send_findings& f, const std::vector<accepted_reply>& replies,
                 const std::vector<std::string>& conversations, const std::vector<shown_message>& shown) {
  std::map<std::string, std::uint64_t> times;
  std::set<std::string> foreign;
  for (const auto& m : shown) {
    ++times[m.name];
    if (std::find(conversations.begin(), conversations.end(), m.conversation) == conversations.end())
      foreign.insert(m.conversation + " (" + m.name + ')');
  }
  for (const auto& r : replies) {
    if (times[bad_day::name_in(r.text)] > 1) f.shown_twice.push_back(r.text);
  }
  f.opened.assign(foreign.begin(), foreign.end());
}

bad_day::bad_day(options o)
    : options_(std::move(o)), accounts_(accounts_of(options_.by_x)), engine_(dir_.path(), options_.program) {}

void bad_day::start() {
  engine_.start();
  platform_->tell(engine_.url());
}

void bad_day::begin() {
  fake_platform::server_options server;
  e2e::setup s;
  if (options_.tls) {
    const auto certificate = (dir_.path() / "cert.pem").string(), key = (dir_.path() / "key.pem").string();
    e2e::write_certificate(certificate, key);
    server = {.certificate_file = certificate, .key_file = key};
    s.server = "outbound_ca_file = " + e2e::json_string(certificate) + '\n';
  }
  platform_.emplace(fake_platform::platform_options{
      .server = server,
      .accounts = accounts_,
      .sources = e2e::their_sources(),
      .receipts = {.engine = {},
                   .apart = 20ms,
                   .echoes = {echo_time::before, echo_time::with, echo_time::behind}},
      .trouble_share = options_.trouble_share,
      .seed = options_.seed,
      .streams = true});
  platform_->open_account_activity(!options_.by_x_activity);
  s.limits =
      "send_backoff = \"20ms\"\nsend_backoff_max = \"1s\"\nsend_timeout = \"2s\"\nsend_unknown_wait = \"" +
      options_.unknown_wait + "\"\nfeed_poll_interval = \"500ms" +
      "\"\nsend_in_flight_max = " + std::to_string(options_.in_flight_max) + '\n';
  s.more = e2e::toml_of(accounts_, *platform_);
  engine_.configure(s.toml(engine_.data()));
  start();
  customers_write();
}

void bad_day::customers_write() {
  std::uint64_t next = 491700000000;
  for (const auto& a : accounts_) {
    for (std::uint32_t i = 0; i < options_.customers; ++i) {
      const auto customer = std::to_string(next++);
      const auto word = e2e::first_word_of(a, customer, i % 2 == 1);
      if (!word.id.empty()) platform_->know(word.id, word.as);
      const auto done = e2e::deliver(engine_, a.source, word.body);
      if (done.status != 200)
        throw std::runtime_error("a customer's word was answered " + std::to_string(done.status) + ' ' +
                                 done.body);
    }
  }
  for (const auto& a : accounts_) {
    for (const auto& row : e2e::read_list(engine_, "/v1/conversations?account=" + a.id, "conversations")) {
      conversations_.push_back(e2e::text_at(row, "/id").value_or(""));
    }
  }
  if (conversations_.size() != accounts_.size() * options_.customers) {
    throw std::runtime_error("there are " + std::to_string(conversations_.size()) + " conversations");
  }
}

std::optional<accepted_reply> bad_day::post_one(std::uint64_t n) {
  const auto& conversation = conversations_[n % conversations_.size()];
  std::string text = "reply-" + std::to_string(n) + " & so on";  // X shows the sign as an entity
  auto more = e2e::bearer(e2e::agent_token);
  more.emplace_back("Idempotency-Key", "reply-" + std::to_string(n));
  while (!give_up_) {
    e2e::http_connection c(engine_.port());
    const auto done = c.ask("POST", "/v1/conversations/" + conversation + "/messages", more,
                            "{\"content\":\"" + text + "\"}");
    if (done.status == 202) {
      return accepted_reply{e2e::text_at(done.body, "/id").value_or(""), conversation, std::move(text)};
    }
    if (done.status == 0 || done.status == 503 || done.status == 429) {  // it is being killed, or comes up
      std::this_thread::yield();
      continue;
    }
    ADD_FAILURE() << "a reply was answered " << done.status << ' ' << done.body;
    return std::nullopt;
  }
  return std::nullopt;
}

void bad_day::post(std::uint64_t first, std::uint64_t how_many) {
  for (std::uint64_t n = first; n < first + how_many && !give_up_; ++n) {
    if (auto r = post_one(n)) accepted_.push_back(*std::move(r));
    ++posted_;
  }
}

void bad_day::answer_all(std::uint64_t replies, std::uint64_t kills) {
  std::mt19937_64 random{options_.seed};
  const auto from = asked_;
  asked_ += replies;
  posted_ = 0;
  std::thread poster([&] { post(from, replies); });
  for (std::uint64_t k = 0; k < kills; ++k) {
    // Anywhere between the last kill and the next: by what the platforms have been asked, and by what was posted.
    const auto asked = platform_->count().asked + 1 + random() % (2 * replies / (kills + 1) + 1);
    const bool moved = eventually([&] { return platform_->count().asked >= asked || posted_ >= replies; });
    EXPECT_TRUE(moved);
    engine_.kill();
    ++kills_;
    start();
  }
  poster.join();
}

void bad_day::answer_until_killed_at(const std::string& place, std::uint64_t occurrence) {
  stop();
  engine_.set_environment({"KILL_AT=" + place + ':' + std::to_string(occurrence)});
  start();
  const auto from = asked_;
  constexpr std::uint64_t at_most = 100;
  asked_ += at_most;
  posted_ = 0;
  std::thread poster([&] { post(from, at_most); });
  const bool ended = eventually([&] { return engine_.ended().has_value(); });
  EXPECT_TRUE(ended) << place << " is never reached";
  EXPECT_NE(engine_.said().find("killed at " + place), std::string::npos) << engine_.said();
  ++kills_;
  engine_.set_environment({});
  start();
  poster.join();
}

void bad_day::read_ends() {
  for (const auto& e : e2e::read_log(engine_, cursor_)) {
    const auto type = e2e::text_at(e, "/type").value_or("");
    if (!type.starts_with("message.") || type == "message.received" || type == "message.queued") continue;
    auto& end = ends_[e2e::text_at(e, "/data/message/id").value_or("")];
    end.status = type.substr(std::string_view("message.").size());
    const bool for_good =
        end.status != "unknown" || e2e::text_at(e, "/data/message/error/code") == "no-answer";
    end.is_end = for_good;
  }
}

bool bad_day::settle(std::chrono::seconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  const auto all = [&] {
    for (const auto& r : accepted_) {
      const auto e = ends_.find(r.id);
      if (e == ends_.end() || !e->second.is_end) return false;
    }
    return true;
  };
  for (read_ends(); !all() && std::chrono::steady_clock::now() < until; read_ends()) {
    (void)e2e::get(engine_, "/v1/events?wait=1&from=" + cursor_);  // until something happens
  }
  return all();
}

/// "reply-12": by which a reply is known, whatever its platform made of the rest.
std::string bad_day::name_in(const std::string& content) {
  const auto from = content.find("reply-");
  return from == std::string::npos ? content : content.substr(from, content.find(' ', from) - from);
}

/// Also of conversations that there should not be.
std::vector<shown_message> bad_day::shown() {
  std::vector<shown_message> all;
  for (const auto& a : accounts_) {
    for (const auto& row : e2e::read_list(engine_, "/v1/conversations?account=" + a.id, "conversations")) {
      const auto id = e2e::text_at(row, "/id").value_or("");
      for (const auto& m : e2e::read_list(engine_, "/v1/conversations/" + id + "/messages", "messages")) {
        if (e2e::text_at(m, "/direction") != "outbound" || e2e::json_at(m, "/deleted") == "true") continue;
        all.push_back({id, name_in(e2e::text_at(m, "/content").value_or(""))});
      }
    }
  }
  return all;
}

send_findings bad_day::check() {
  EXPECT_TRUE(platform_->wait_all_told(60s)) << "the engine takes no echo any more";
  read_ends();
  const auto book = platform_->book();
  auto found = judge(accepted_, book, ends_);
  judge_shown(found, accepted_, conversations_, shown());
  std::set<std::string> told;  // all that is in the book, but of who tells nothing
  for (const auto& t : book) {
    if (t.by->platform != domain::platform::telegram) told.insert(t.text);
  }
  for (const auto& r : accepted_) {
    const auto e = ends_.find(r.id);
    if (e != ends_.end() && e->second.status == "unknown" && told.contains(r.text))
      found.unknown_though_told.push_back(r.text);
  }
  return found;
}

std::string bad_day::summary() const {
  std::map<std::string, std::uint64_t> by_end;
  for (const auto& [id, e] : ends_) ++by_end[e.status];
  std::string out =
      std::to_string(accepted_.size()) + " replies, " + std::to_string(kills_) + " kills; ends:";
  for (const auto& [status, n] : by_end) out += ' ' + status + ' ' + std::to_string(n);
  std::map<std::string, std::uint64_t> unknown_to;
  for (const auto& r : accepted_) {
    const auto e = ends_.find(r.id);
    if (e == ends_.end() || e->second.status != "unknown") continue;
    const auto at =
        std::find(conversations_.begin(), conversations_.end(), r.conversation) - conversations_.begin();
    ++unknown_to[accounts_[static_cast<std::size_t>(at) / options_.customers].id];
  }
  for (const auto& [id, n] : unknown_to) out += "; unknown to " + id + ' ' + std::to_string(n);
  return out + "; the platforms: " + to_json(platform_->count());
}

std::uint64_t bad_day::in_flight_max() const {
  return accounts_.size() * options_.in_flight_max;
}

void bad_day::stop() {
  if (engine_.running()) engine_.terminate();
}

}  // namespace switchboard::faults
