#include "crash_loop.hpp"

#include "tests/e2e/json_text.hpp"
#include "tests/eventually.hpp"
#include "tests/full.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

namespace switchboard::faults {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::stoull(text) : otherwise;
}

/// Little memory for everything, so that flushes, compactions and passivation happen while it is killed.
e2e::setup small(bool trims, const std::filesystem::path& backups) {
  e2e::setup s;
  s.storage =
      "journal_memtable_bytes = \"1MiB\"\nviews_memtable_bytes = \"1MiB\"\nblock_cache_bytes = \"1MiB\"\n"
      "tail_bytes = \"1MiB\"\nbackup_dir = \"" +
      backups.string() + "\"\n";
  // Behind a stop in good order only the views hold what the journal forgot.
  if (trims) s.storage += "retention_bytes = \"64KiB\"\n";
  s.limits = "conversation_idle = \"1s\"\nresident_conversations_max = 64\n";
  return s;
}

/// Loops so far in this process: each its own random numbers, from the one seed.
std::uint64_t begun = 0;

milliseconds since(clock::time_point began) {
  return std::chrono::duration_cast<milliseconds>(clock::now() - began);
}

/// By the shim; whatever else ends an engine is a failure.
void expect_killed(const e2e::ending& e) {
  EXPECT_EQ(e.signal, SIGKILL) << "code " << e.code << ": " << e.out;
}

}  // namespace

std::uint64_t seed() {
  static const auto value = number_from("SWITCHBOARD_SEED", std::random_device{}());
  return value;
}

std::uint64_t cycles(std::uint64_t in_short, std::uint64_t in_full) {
  return number_from("SWITCHBOARD_CRASH_CYCLES", full() ? in_full : in_short);
}

crash_loop::crash_loop(crash how, const std::string& program, bool trims)
    : how_(how),
      engine_(scratch_.path(), program),
      power_(scratch_.path(), engine_.data()),
      book_(scratch_.path() / "ledger"),
      load_(book_, seed()),
      random_(seed() + begun++) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed()));
  engine_.configure(small(trims || how == crash::power, scratch_.path() / "backups").toml(engine_.data()));
}

// -- load, and an end

void crash_loop::load_until_answered(unsigned at_least, unsigned at_most) {
  if (!engine_.running()) (void)recover();
  e2e::load_plan plan;
  plan.connections = 16 + static_cast<unsigned>(up_to(48));
  const auto enough = load_.accepted() + at_least + up_to(at_most - at_least);
  load_.start(engine_.port(), plan);
  std::optional<e2e::ending> early;
  EXPECT_TRUE(eventually([&] {
    early = engine_.ended();
    return early || load_.accepted() >= enough;
  }));
  if (early) expect_killed(*early);
}

void crash_loop::begin_load(unsigned connections) {
  e2e::load_plan plan;
  plan.connections = connections;
  load_.start(engine_.port(), plan);
}

bool crash_loop::wait_for_answers(std::uint64_t more, std::optional<e2e::ending>& ended) {
  const auto enough = load_.accepted() + more;
  EXPECT_TRUE(eventually([&] { return (ended = engine_.ended()) || load_.accepted() >= enough; }));
  return !ended;
}

void crash_loop::load_and_crash(unsigned at_least, unsigned at_most) {
  load_until_answered(at_least, at_most);
  end();
  load_.stop();
}

void crash_loop::load_and_crash_at_an_operation() {
  constexpr unsigned operations_max = 1'000, answers_max = 700;
  ASSERT_EQ(how_, crash::power);
  if (engine_.running()) end();
  connect(operations_of_start_ + 1 + up_to(operations_max));
  if (const auto early = engine_.start_or_end()) {
    expect_killed(*early);
  } else {
    load_until_answered(answers_max, answers_max);
  }
  end();
  load_.stop();
}

void crash_loop::load_and_crash_at_an_answer() {
  constexpr unsigned messages = 400;
  constexpr std::string_view customer = "4922222222";
  load_until_answered(60, 180);
  std::vector<std::string> ids;
  for (unsigned i = 0; i < messages; ++i) {
    ids.push_back("wamid.large." + std::to_string(++large_));
    book_.intend(ids.back(), customer, 998, large_, e2e::hash_of("text of " + ids.back()));
  }
  const auto answered = e2e::deliver(engine_, "meta", e2e::whatsapp_texts(e2e::acme_number, customer, ids));
  end();
  load_.stop();
  for (const auto& id : ids) book_.answered(id, answered.status);
}

void crash_loop::load_and_stop() {
  load_until_answered(100, 400);
  load_.stop();
  const auto found = check();  // before the journal may forget it
  EXPECT_TRUE(found.none()) << found.text();
  const auto e = engine_.terminate();
  EXPECT_EQ(e.code, 0) << e.out;
  end();
}

// -- ends and starts

void crash_loop::connect(std::uint64_t die_at, std::vector<std::string> further) {
  further.insert(further.end(), further_.begin(), further_.end());
  if (how_ == crash::power) {
    const auto of_power = power_.connect(die_at);
    further.insert(further.end(), of_power.begin(), of_power.end());
  }
  engine_.set_environment(std::move(further));
}

cut_plan crash_loop::draw_plan() {
  if (next_plan_) return *std::exchange(next_plan_, std::nullopt);
  if (plans_.empty()) {
    plans_ = all_plans();
    std::shuffle(plans_.begin(), plans_.end(), random_);
  }
  const auto plan = plans_.back();
  plans_.pop_back();
  return plan;
}

void crash_loop::end() {
  engine_.kill();
  last_end_ = "killed";
  if (how_ != crash::power) return;
  const auto plan = draw_plan();
  const auto record = power_.record();
  const auto cut = power_.cut(plan, random_);
  cut_away_.files_cut += cut.files_cut;
  cut_away_.bytes_lost += cut.bytes_lost;
  cut_away_.overwritings_lost += cut.overwritings_lost;
  cut_away_.names_lost += cut.names_lost;
  overwrites_ += record.overwrites;
  last_end_ = "power cut behind operation " + std::to_string(record.operations) + ", " + to_text(plan) +
              ": " + std::to_string(cut.files_cut) + " files cut by " + std::to_string(cut.bytes_lost) +
              " bytes, " + std::to_string(cut.names_lost) + " names and " +
              std::to_string(cut.overwritings_lost) + " overwritings lost";
}

void crash_loop::crash_while_starting() {
  if (how_ == crash::power)
    return crash_at_operation(1 + up_to(operations_of_start_ + operations_of_start_ / 4));
  const auto began = clock::now();
  const auto longest = static_cast<std::uint64_t>((last_start_ + last_start_ / 2).count());
  engine_.launch();
  // At any moment, not behind any event: this is what a random moment looks like.
  std::this_thread::sleep_until(began + milliseconds(up_to(longest)));
  if (const auto e = engine_.ended()) ADD_FAILURE() << "it ended by itself: " << e->code << ": " << e->out;
  end();
}

void crash_loop::crash_at_operation(std::uint64_t number) {
  connect(number);
  if (const auto early = engine_.start_or_end()) expect_killed(*early);
  end();
}

milliseconds crash_loop::recover() {
  connect();
  last_start_ = engine_.start();
  if (how_ == crash::power) {
    operations_of_start_ = power_.record().operations;
    EXPECT_GT(operations_of_start_, 0U) << "the shim was not loaded: " << engine_.said();
  }
  const auto looked = clock::now();
  e2e::ledger_entry probe{
      .customer = "4911111111", .connection = 999, .n = ++probes_, .hash = 0, .acknowledged = false};
  const std::string id = "wamid.probe." + std::to_string(probes_);
  probe.hash = e2e::hash_of(e2e::text_of(id));
  e2e::http_connection c(engine_.port());
  EXPECT_EQ(load_.resend(c, id, probe), 200);
  const auto took = last_start_ + since(looked);  // without what was looked at in between
  slowest_ = std::max(slowest_, took);
  EXPECT_LE(took, recovery_max) << last_end_;
  return took;
}

// -- what the engine says, held against the ledger

e2e::findings crash_loop::check() {
  for (const auto& e : e2e::read_log(engine_, cursor_)) account_.take(e);
  auto found = e2e::compare(e2e::read_ledger(book_.file()), account_);
  std::erase_if(found.phantom, [](const std::string& id) { return id.starts_with(id_of_erased); });
  return found;
}

void crash_loop::redeliver(unsigned percent) {
  e2e::http_connection c(engine_.port());
  for (const auto& [id, entry] : e2e::read_ledger(book_.file())) {
    if (entry.acknowledged && random_() % 100 >= percent) continue;
    EXPECT_EQ(load_.resend(c, id, entry), 200) << id;
  }
}

void crash_loop::compare_with_rest() {
  std::size_t rows = 0;
  for (const auto& [conversation, ids] : account_.conversations) {
    const auto row = e2e::get(engine_, "/v1/conversations/" + conversation);
    ASSERT_EQ(row.status, 200) << conversation;
    ASSERT_EQ(e2e::text_at(row.body, "/version"), std::to_string(account_.last_sequence[conversation]))
        << conversation;
    const auto messages =
        e2e::read_list(engine_, "/v1/conversations/" + conversation + "/messages", "messages");
    ASSERT_EQ(messages.size(), ids.size()) << conversation;
    for (const auto& m : messages) {
      const auto known = account_.messages.find(e2e::text_at(m, "/platformMessageId").value_or(""));
      ASSERT_NE(known, account_.messages.end()) << m;
      ASSERT_EQ(known->second.conversation, conversation) << m;
      ASSERT_EQ(known->second.hash, e2e::hash_of(e2e::text_at(m, "/content").value_or(""))) << m;
      ++rows;
    }
  }
  EXPECT_EQ(rows, account_.messages.size());
}

void crash_loop::compare_with_whole_log() {
  e2e::account_of_engine whole;
  std::string cursor = "earliest";
  for (const auto& e : e2e::read_log(engine_, cursor)) whole.take(e);
  EXPECT_EQ(whole.conversations, account_.conversations);
  EXPECT_EQ(whole.last_sequence, account_.last_sequence);
  EXPECT_TRUE(e2e::compare(e2e::read_ledger(book_.file()), whole).none());
}

bool crash_loop::is_trimmed() {
  std::uint64_t events = 0;
  for (const auto& [conversation, last] : account_.last_sequence) events += last;
  std::string cursor = "earliest";
  return e2e::read_log(engine_, cursor).size() < events;
}

void crash_loop::verify_offline() {
  EXPECT_EQ(engine_.terminate().code, 0);
  const auto verified = e2e::run_command({"verify", "--data-dir", engine_.data().string()}, scratch_.path());
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
}

}  // namespace switchboard::faults
