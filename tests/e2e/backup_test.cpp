// R5: a backup of the real binary under load, the engine killed, the backup restored elsewhere and served: everything
// up to the backup is there, and what the platforms deliver again has one effect. And how backup and restore refuse.

#include "cli/sockets.hpp"
#include "json_text.hpp"
#include "load.hpp"
#include "scratch.hpp"
#include "tests/eventually.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace switchboard::e2e {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class backup_of_engine : public testing::Test {
 protected:
  backup_of_engine()
      : engine_(scratch_.path()), book_(scratch_.path() / "ledger"), load_(book_, 20'261'121) {}

  [[nodiscard]] fs::path backups() const { return scratch_.path() / "backups"; }
  /// Little memory, so that files come and go while they are copied.
  [[nodiscard]] setup small() const {
    setup s;
    s.storage =
        "journal_memtable_bytes = \"1MiB\"\nviews_memtable_bytes = \"1MiB\"\nblock_cache_bytes = \"1MiB\"\n"
        "tail_bytes = \"1MiB\"\nbackup_dir = \"" +
        backups().string() + "\"\n";
    return s;
  }
  void start() {
    engine_.configure(small().toml(engine_.data()));
    engine_.start();
  }
  [[nodiscard]] std::string admin_url() const {
    return "http://127.0.0.1:" + std::to_string(engine_.admin_port());
  }
  [[nodiscard]] ending run(const std::vector<std::string>& words) const {
    return run_command(words, scratch_.path());
  }
  [[nodiscard]] ending back_up(const std::string& to) const {
    return run({"backup", "--url", admin_url(), "--to", to});
  }
  void load_more(std::uint64_t answers) {
    const auto enough = load_.accepted() + answers;
    ASSERT_TRUE(eventually([&] { return load_.accepted() >= enough; }));
  }
  [[nodiscard]] int say(std::string_view id) const {
    return deliver(engine_, "meta", whatsapp_text(acme_number, "1", id, "text")).status;
  }
  /// One line on stderr, this exit code, these words.
  static void expect_refused(const ending& e, int code, const std::string& says) {
    EXPECT_EQ(e.code, code) << e.out << e.err;
    EXPECT_THAT(e.err, HasSubstr(says));
    EXPECT_EQ(std::count(e.err.begin(), e.err.end(), '\n'), 1) << e.err;
    EXPECT_EQ(e.out, "");
  }

  scratch scratch_;
  engine_process engine_;
  ledger book_;
  load load_;
};

account_of_engine account_of(const engine_process& e) {
  account_of_engine account;
  std::string cursor = "earliest";
  for (const auto& event : read_log(e, cursor)) account.take(event);
  return account;
}

/// Only what had been answered by then counts as acknowledged; all else may be there or not.
ledger_entries acknowledged_by_then(ledger_entries now, const ledger_entries& then) {
  for (auto& [id, entry] : now) {
    const auto found = then.find(id);
    entry.acknowledged = found != then.end() && found->second.acknowledged;
  }
  return now;
}

TEST_F(backup_of_engine, taken_under_load_has_all_that_was_acknowledged_and_redelivery_adds_the_rest_once) {
  start();
  load_.start(engine_.port(), {});
  ASSERT_NO_FATAL_FAILURE(load_more(2'000));
  const auto before = read_ledger(book_.file());
  const auto made = back_up((backups() / "r5").string());
  ASSERT_EQ(made.code, 0) << made.out << made.err;
  EXPECT_THAT(made.out, HasSubstr("backup ok: " + (backups() / "r5").string()));
  ASSERT_NO_FATAL_FAILURE(load_more(2'000));
  engine_.kill();
  load_.stop();

  fs::create_directory(scratch_.path() / "elsewhere");
  engine_process other{scratch_.path() / "elsewhere"};
  const auto restored =
      run({"restore", "--from", (backups() / "r5").string(), "--data-dir", other.data().string()});
  ASSERT_EQ(restored.code, 0) << restored.out << restored.err;
  for (const auto& directory : {other.data(), backups() / "r5"}) {
    const auto verified = run({"verify", "--data-dir", directory.string()});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  }
  other.configure(small().toml(other.data()));
  other.start();

  const auto all = read_ledger(book_.file());
  const auto found = compare(acknowledged_by_then(all, before), account_of(other));
  EXPECT_TRUE(found.none()) << found.text();
  // The check sees what is not there: what was acknowledged behind the backup can't be.
  EXPECT_FALSE(compare(all, account_of(other)).lost.empty());

  // Each connection's messages in its own order, as platforms deliver again; those that are there as well.
  std::vector<std::pair<std::string, ledger_entry>> again(all.begin(), all.end());
  std::sort(again.begin(), again.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second.connection, a.second.n) < std::pair(b.second.connection, b.second.n);
  });
  http_connection c(other.port());
  for (const auto& [id, entry] : again) ASSERT_EQ(load_.resend(c, id, entry), 200) << id;
  const auto complete = compare(read_ledger(book_.file()), account_of(other));
  EXPECT_TRUE(complete.none()) << complete.text();
  EXPECT_EQ(other.terminate().code, 0);
  const auto verified = run({"verify", "--data-dir", other.data().string()});
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
}

TEST_F(backup_of_engine, several_under_load_are_each_whole) {
  start();
  load_.start(engine_.port(), {});
  for (int i = 0; i < 5; ++i) {
    ASSERT_NO_FATAL_FAILURE(load_more(300));
    const auto name = "n" + std::to_string(i);
    const auto made = back_up(name);
    ASSERT_EQ(made.code, 0) << made.err;
    const auto verified = run({"verify", "--data-dir", (backups() / name).string()});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  }
  load_.stop();
  EXPECT_EQ(load_.broken(), 0U);
  EXPECT_EQ(load_.refused(), 0U);
}

TEST_F(backup_of_engine, of_a_stopped_one_and_back) {
  start();
  ASSERT_EQ(say("wamid.1"), 200);
  const auto data = engine_.data().string(), backup = (scratch_.path() / "b").string();
  expect_refused(run({"backup", "--data-dir", data, "--to", backup}), 1, "in use by process");
  EXPECT_FALSE(fs::exists(backup));
  ASSERT_EQ(engine_.terminate().code, 0);
  const auto made = run({"backup", "--data-dir", data, "--to", backup});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("every event up to 2"));
  expect_refused(run({"backup", "--data-dir", data, "--to", backup}), 1, "not empty");

  expect_refused(run({"restore", "--from", backup, "--data-dir", data}), 1, "not empty");
  fs::remove_all(data);
  ASSERT_EQ(run({"restore", "--from", backup, "--data-dir", data}).code, 0);
  engine_.start();
  const auto account = account_of(engine_);
  EXPECT_EQ(account.messages.size(), 1U);
  EXPECT_EQ(say("wamid.1"), 200);
  EXPECT_EQ(account_of(engine_).messages.at("wamid.1").times, 1U);
}

TEST_F(backup_of_engine, a_backup_and_half_a_restore_are_not_served) {
  start();
  ASSERT_EQ(say("wamid.1"), 200);
  ASSERT_EQ(back_up("b").code, 0);
  ASSERT_EQ(engine_.terminate().code, 0);
  const auto backup = backups() / "b";
  engine_.configure(small().toml(backup));
  const auto refused = engine_.start_refused();
  EXPECT_EQ(refused.code, 74) << refused.out;
  EXPECT_THAT(refused.out, HasSubstr("switchboard restore --from " + backup.string()));
  ASSERT_EQ(run({"verify", "--data-dir", backup.string()}).code, 0) << "nothing was touched";

  const auto half = scratch_.path() / "half";
  fs::create_directory(half);
  std::ofstream(half / "unfinished") << "";
  engine_.configure(small().toml(half));
  const auto unfinished = engine_.start_refused();
  EXPECT_EQ(unfinished.code, 74) << unfinished.out;
  EXPECT_THAT(unfinished.out, HasSubstr("interrupted; run the same command again"));
  ASSERT_EQ(run({"restore", "--from", backup.string(), "--data-dir", half.string()}).code, 0);
  engine_.start();
  EXPECT_EQ(account_of(engine_).messages.size(), 1U);
}

TEST_F(backup_of_engine, refusals_name_the_fix) {
  engine_.configure(setup{}.toml(engine_.data()));
  engine_.start();
  ASSERT_EQ(say("wamid.1"), 200);
  expect_refused(back_up("b"), 1, "set storage.backup_dir");
  expect_refused(run({"backup", "--url", engine_.url(), "--to", "b"}), 1, "server.admin_listen");
  expect_refused(run({"backup", "--url", "http://127.0.0.1:1", "--to", "b"}), 1, "127.0.0.1:1");
  setup with_place;
  with_place.storage = "backup_dir = \"" + backups().string() + "\"\n";
  engine_.configure(with_place.toml(engine_.data()));
  engine_.send_signal(SIGHUP);
  engine_.wait_logged("config-applied");
  expect_refused(back_up("/somewhere/else"), 1, "use --to " + (backups() / "else").string());
  expect_refused(back_up(".."), 1, "a folder's name");
  ASSERT_EQ(back_up("b").code, 0);
  expect_refused(back_up("b"), 1, "not empty");

  const auto target = (scratch_.path() / "t").string();
  expect_refused(run({"restore", "--from", (scratch_.path() / "none").string(), "--data-dir", target}), 1,
                 "no such directory");
  expect_refused(run({"restore", "--from", backups().string(), "--data-dir", target}), 74, "backup-manifest");
  const auto identity = backups() / "b" / "identity";
  fs::resize_file(identity, fs::file_size(identity) - 1);
  expect_refused(run({"restore", "--from", (backups() / "b").string(), "--data-dir", target}), 74,
                 identity.string());
  expect_refused(run({"verify", "--data-dir", (backups() / "b").string()}), 74, identity.string());
  EXPECT_FALSE(fs::exists(target));
}

}  // namespace
}  // namespace switchboard::e2e
