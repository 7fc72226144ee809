#include "cli/outbound_rig.hpp"

#include "cli/figures.hpp"
#include "cli/interrupt.hpp"
#include "cli/sockets.hpp"

#include <simdjson.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <thread>

namespace switchboard::cli {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::uint32_t posters = 4;
constexpr std::chrono::seconds patience{120};

std::string bot_token(std::uint32_t i) {
  return std::to_string(i + 1) + ":bench";
}

std::string accounts_toml(std::uint32_t accounts, const std::string& platform) {
  // More calls at once than the limit has would only wait for each other.
  std::string out = "\n[limits]\nsend_in_flight_max = 16\n";
  for (std::uint32_t i = 0; i < accounts; ++i) {
    const auto n = std::to_string(i);
    out += "\n[[source]]\nid = \"bot-" + n + "\"\nkind = \"telegram\"\nsecrets = [\"secret-" + n + "\"]\n" +
           "\n[[account]]\nid = \"bot-" + n + "\"\nbrand = \"acme\"\nsource = \"bot-" + n +
           "\"\nplatform = \"telegram\"\nplatform_id = \"" + std::to_string(i + 1) + "\"\naccess_token = \"" +
           bot_token(i) + "\"\napi_url = \"" + platform + "\"\n";
  }
  return out;
}

/// Calls `one(i, client)` for each of `count`, from several threads; false from it ends all.
template <class One>
bool for_each(const url& where, std::uint64_t count, std::uint32_t threads, One one) {
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> good{true};
  std::vector<std::thread> all;
  for (std::uint32_t t = 0; t < threads; ++t) {
    all.emplace_back([&] {
      http_client client(where, {.stop = &interrupted()});
      for (auto i = next.fetch_add(1); i < count && good && !interrupted(); i = next.fetch_add(1)) {
        if (!one(i, client)) good = false;
      }
    });
  }
  for (auto& t : all) t.join();
  return good && !interrupted();
}

}  // namespace

expected<void, std::string> outbound_rig::prepare() {
  const auto port = free_port();
  const std::string address = "http://127.0.0.1:" + std::to_string(port);
  auto made = make_target(options_, "outbound", accounts_toml(options_.accounts, address));
  if (!made) return unexpected{made.error()};
  target = std::move(*made);
  if (!target.own) return unexpected{std::string("it needs an engine of its own: leave out --url")};
  std::error_code ec;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", ec).parent_path();
  const std::string program = options_.platform_program.empty()
                                  ? (here / "switchboard-fake-platform").string()
                                  : options_.platform_program;
  auto started = child_process::start(
      {program, "--config", target.own->config(), "--port", std::to_string(port), "--silent", "--quiet"},
      target.own->directory() + "/platform.log");
  if (!started) return unexpected{started.error()};
  platform_ = std::move(*started);
  platform_url_ = *parse_url(address);
  const auto give_up = clock::now() + std::chrono::seconds(20);
  while (!ask_platform("/_/figures")) {
    if (platform_->has_ended() || clock::now() > give_up || interrupted()) {
      return unexpected{"the fake platform (" + program +
                        ") did not start: build it with `./run fake-platform --help`, or name it with "
                        "--platform-program. " +
                        platform_->last_words()};
    }
    std::this_thread::sleep_for(milliseconds(20));
  }
  if (auto wrote = customers_write(); !wrote) return wrote;
  return find_conversations();
}

expected<std::string, std::string> outbound_rig::ask_platform(const std::string& path) {
  http_client c(platform_url_, {.stop = &interrupted()});
  auto reply = c.send({.target = path, .headers = {}, .body = {}});
  if (!reply) return unexpected{reply.error().what};
  if (reply->status != 200) return unexpected{"the fake platform answered " + std::to_string(reply->status)};
  return std::move(reply->body);
}

expected<std::uint64_t, std::string> outbound_rig::taken() {
  const auto body = ask_platform("/_/figures");
  if (!body) return unexpected{body.error()};
  simdjson::dom::parser parser;
  const auto root = parser.parse(*body);
  std::uint64_t many = 0;
  if (root["taken"].get(many) != simdjson::SUCCESS)
    return unexpected{std::string("the fake platform's figures are not readable")};
  exceeded = 0;
  if (root["repeated"].get(repeated) != simdjson::SUCCESS) repeated = 0;
  simdjson::dom::object limits;
  if (root["limits"].get(limits) == simdjson::SUCCESS) {
    for (const auto each : limits) {
      std::uint64_t n = 0;
      if (each.value["exceeded"].get(n) == simdjson::SUCCESS) exceeded += n;
    }
  }
  return many;
}

expected<std::vector<arrival>, std::string> outbound_rig::arrivals_of(const std::string& prefix) {
  const auto body = ask_platform("/_/taken");
  if (!body) return unexpected{body.error()};
  std::vector<arrival> all;
  simdjson::dom::parser parser;
  simdjson::dom::document_stream lines;
  const simdjson::padded_string padded(*body);
  if (parser.parse_many(padded).get(lines) != simdjson::SUCCESS) return all;
  for (const auto line : lines) {
    std::string_view account, text;
    std::uint64_t at = 0;
    if (line["account"].get(account) == simdjson::SUCCESS && line["text"].get(text) == simdjson::SUCCESS &&
        line["at"].get(at) == simdjson::SUCCESS && text.starts_with(prefix)) {
      all.push_back({std::string(account), std::string(text), nanoseconds(at)});
    }
  }
  return all;
}

expected<void, std::string> outbound_rig::customers_write() {
  const auto now = std::to_string(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
  const bool good = for_each(target.where, options_.replies, posters, [&](std::uint64_t i, http_client& c) {
    const auto account = std::to_string(i % options_.accounts), chat = std::to_string(100'000 + i);
    const std::string body = R"({"update_id":)" + std::to_string(i + 1) +
                             R"(,"message":{"message_id":1,"date":)" + now + R"(,"chat":{"id":)" + chat +
                             R"(,"type":"private","first_name":"C"},"from":{"id":)" + chat +
                             R"(,"is_bot":false,"first_name":"C"},"text":"hello?"}})";
    const auto reply = c.send({.method = "POST",
                               .target = "/webhooks/bot-" + account,
                               .headers = {{"Content-Type", "application/json"},
                                           {"X-Telegram-Bot-Api-Secret-Token", "secret-" + account}},
                               .body = body});
    return reply && reply->status == 200;
  });
  if (!good) return unexpected{std::string("a customer's message was not taken by the engine")};
  return {};
}

expected<void, std::string> outbound_rig::find_conversations() {
  http_client c(target.where, {.stop = &interrupted()});
  simdjson::dom::parser parser;
  std::string cursor;
  do {
    const auto page = c.send({.target = "/v1/conversations?platform=telegram&limit=1000" +
                                        (cursor.empty() ? "" : "&cursor=" + cursor),
                              .headers = {{"Authorization", "Bearer " + target.token}},
                              .body = {}});
    if (!page || page->status != 200)
      return unexpected{std::string("the engine does not list its conversations")};
    const auto root = parser.parse(page->body);
    for (const auto row : root["conversations"]) {
      std::string_view id, account;
      if (row["id"].get(id) == simdjson::SUCCESS && row["accountId"].get(account) == simdjson::SUCCESS) {
        conversations_.push_back({std::string(id), std::string(account)});
      }
    }
    std::string_view next;
    cursor = root["cursor"].get(next) == simdjson::SUCCESS ? std::string(next) : std::string();
  } while (!cursor.empty());
  if (conversations_.size() != options_.replies) {
    return unexpected{format("%zu conversations for %llu replies", conversations_.size(),
                             static_cast<unsigned long long>(options_.replies))};
  }
  return {};
}

bool outbound_rig::post(http_client& c, const conversation& to, const std::string& text) {
  const std::string body = "{\"content\":\"" + text + "\"}";
  const auto reply = c.send({.method = "POST",
                             .target = "/v1/conversations/" + to.id + "/messages",
                             .headers = {{"Authorization", "Bearer " + target.token},
                                         {"Content-Type", "application/json"},
                                         {"Idempotency-Key", text}},
                             .body = body});
  if (reply && reply->status == 202) return true;
  const std::lock_guard lock(mutex_);
  failure_ = reply ? "a reply was answered " + std::to_string(reply->status) + ' ' + reply->body
                   : reply.error().what;
  return false;
}

expected<void, std::string> outbound_rig::wait_taken(std::uint64_t many) {
  const auto give_up = clock::now() + patience;
  for (;;) {
    const auto now = taken();
    if (!now) return unexpected{now.error()};
    if (*now >= many) return {};
    if (clock::now() > give_up || interrupted()) {
      return unexpected{format("of %llu replies only %llu arrived", static_cast<unsigned long long>(many),
                               static_cast<unsigned long long>(*now))};
    }
    std::this_thread::sleep_for(milliseconds(20));
  }
}

expected<outbound_rig::round, std::string> outbound_rig::send_all(const std::string& prefix,
                                                                  bool beside_ingest) {
  const auto before = taken();
  if (!before) return unexpected{before.error()};
  if (const auto held = ask_platform("/_/hold"); !held) return unexpected{held.error()};
  round r;
  const auto started = clock::now();
  const bool good =
      for_each(target.where, conversations_.size(), posters, [&](std::uint64_t i, http_client& c) {
        return post(c, conversations_[i], prefix + std::to_string(i));
      });
  if (!good) return unexpected{failure_};
  r.posting = clock::now() - started;
  std::atomic<bool> done{false};
  std::optional<expected<load_report, std::string>> load;
  std::thread generator;
  if (beside_ingest) {
    auto p = target.plan(options_);
    p.warm_up = std::chrono::seconds(1);
    p.duration = patience;
    p.stop = &done;
    generator = std::thread([this, p, &load] { load = target.load(p); });
    std::this_thread::sleep_for(p.warm_up);  // as before and behind: what is counted begins here
  }
  r.engine_cpu = -target.own->cpu_seconds();
  r.platform_cpu = -platform_->cpu_seconds();
  const auto let_go = clock::now();
  auto arrived = ask_platform("/_/release").has_value()
                     ? wait_taken(*before + conversations_.size())
                     : expected<void, std::string>(unexpected{std::string("the fake platform is gone")});
  r.took = clock::now() - let_go;
  r.engine_cpu += target.own->cpu_seconds();
  r.platform_cpu += platform_->cpu_seconds();
  done = true;
  if (generator.joinable()) generator.join();
  if (!arrived) return unexpected{arrived.error()};
  if (load) {
    if (!*load) return unexpected{load->error()};
    ingest_beside = (*load)->per_second();
  }
  auto all = arrivals_of(prefix);
  if (!all) return unexpected{all.error()};
  r.arrivals = std::move(*all);
  std::map<std::string, std::vector<nanoseconds>> by_account;
  for (const auto& a : r.arrivals) by_account[a.account].push_back(a.at);
  for (auto& [account, times] : by_account) {
    std::sort(times.begin(), times.end());
    const auto f = hold_against_limit(times, outbound_limit_units, outbound_limit_per);
    r.sum.ideal += f.ideal;
    r.sum.actual += f.actual;
    r.idle_max = std::max(r.idle_max, f.idle_max);
  }
  return r;
}

expected<histogram, std::string> outbound_rig::pace() {
  const auto before = taken();
  if (!before) return unexpected{before.error()};
  const auto many = std::min<std::uint64_t>(options_.events, conversations_.size());
  const double rate = options_.rate > 0 ? options_.rate : 200;
  std::vector<nanoseconds> sent_at(many);
  const auto started = clock::now();
  // One connection each: a POST waits for its fsync, and the next must not wait for it.
  const bool good = for_each(target.where, many, 16, [&](std::uint64_t i, http_client& c) {
    std::this_thread::sleep_until(started +
                                  std::chrono::duration_cast<clock::duration>(
                                      std::chrono::duration<double>(static_cast<double>(i) / rate)));
    sent_at[i] = clock::now().time_since_epoch();
    return post(c, conversations_[i], "paced-" + std::to_string(i));
  });
  if (!good) return unexpected{failure_};
  if (auto arrived = wait_taken(*before + many); !arrived) return unexpected{arrived.error()};
  const auto all = arrivals_of("paced-");
  if (!all) return unexpected{all.error()};
  histogram h;
  for (const auto& a : *all) {
    h.record(a.at - sent_at[std::strtoull(a.text.c_str() + std::string_view("paced-").size(), nullptr, 10)]);
  }
  return h;
}

expected<double, std::string> outbound_rig::ingest(nanoseconds duration) {
  auto p = target.plan(options_);
  p.warm_up = std::chrono::seconds(1);
  p.duration = duration;
  const auto report = target.load(p);
  if (!report) return unexpected{report.error()};
  return report->per_second();
}

}  // namespace switchboard::cli
