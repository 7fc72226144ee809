// Data that must not be served: each damage is named, with the way out, and what nobody can mend is not tried again.

#include "json_text.hpp"
#include "load.hpp"
#include "scratch.hpp"
#include "setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>
#include <random>
#include <string_view>

namespace switchboard::e2e {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class damage_of_data : public testing::Test {
 protected:
  damage_of_data() : engine_(scratch_.path()) {}
  void start(const setup& s = {}) {
    engine_.configure(s.toml(engine_.data()));
    engine_.start();
  }
  /// `noise`: so long a random part of each id, which the journal can't compress.
  void say_many(unsigned bodies, std::size_t noise = 0) {
    std::mt19937 random(5);
    http_connection c(engine_.port());
    for (unsigned body = 0; body < bodies; ++body) {
      std::vector<std::string> ids;
      for (unsigned i = 0; i < 50; ++i) {
        auto& id = ids.emplace_back("wamid.m" + std::to_string(body * 50 + i));
        for (std::size_t n = 0; n < noise; ++n) id.push_back(static_cast<char>('A' + random() % 26));
      }
      ASSERT_EQ(deliver(c, "meta", whatsapp_texts(acme_number, std::to_string(body % 7), ids)).status, 200);
    }
  }
  std::vector<std::string> journal() {
    std::string cursor = "earliest";
    return read_log(engine_, cursor);
  }
  /// Largest file of data/journal with this extension.
  [[nodiscard]] std::optional<fs::path> journal_file(const std::string& extension) const {
    std::optional<fs::path> largest;
    for (const auto& entry : fs::directory_iterator(engine_.data() / "journal")) {
      if (entry.path().extension() != extension) continue;
      if (!largest || entry.file_size() > fs::file_size(*largest)) largest = entry.path();
    }
    return largest;
  }
  [[nodiscard]] ending verify() const {
    return run_command({"verify", "--data-dir", engine_.data().string()}, scratch_.path());
  }
  /// Exit 74 from serve and from verify, with a line that names what is wrong.
  void expect_refused(const std::string& named) {
    const auto refused = engine_.start_refused();
    EXPECT_EQ(refused.code, 74) << refused.out;
    EXPECT_THAT(refused.out, HasSubstr(named));
    const auto verified = verify();
    EXPECT_EQ(verified.code, 74) << verified.out << verified.err;
    EXPECT_THAT(verified.err, HasSubstr(named));
  }

  scratch scratch_;
  engine_process engine_;
};

void flip_bit(const fs::path& file, std::uintmax_t at) {
  std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
  f.seekg(static_cast<std::streamoff>(at));
  const int byte = f.get();
  f.seekp(static_cast<std::streamoff>(at));
  f.put(static_cast<char>(byte ^ 1));
  ASSERT_TRUE(f.flush());
}

TEST_F(damage_of_data, a_good_directory_verifies) {
  start();
  say_many(4);
  engine_.kill();
  const auto after_kill = verify();
  EXPECT_EQ(after_kill.code, 0) << after_kill.out << after_kill.err;
  engine_.start();
  EXPECT_EQ(engine_.terminate().code, 0);
  const auto after_end = verify();
  EXPECT_EQ(after_end.code, 0) << after_end.out << after_end.err;
  EXPECT_THAT(after_end.out, HasSubstr("journal  ok"));
  EXPECT_THAT(after_end.out, HasSubstr("views    ok"));
}

TEST_F(damage_of_data, a_cut_log_is_refused_by_name) {
  start();
  say_many(4);
  engine_.kill();
  const auto log = journal_file(".log");
  ASSERT_TRUE(log);
  fs::resize_file(*log, fs::file_size(*log) / 2);
  expect_refused("journal");
}

/// Each refusal names the next step, and following them ends at an engine that serves what is left.
TEST_F(damage_of_data, a_loss_can_be_accepted) {
  start();
  say_many(4);
  const auto whole = journal();
  EXPECT_EQ(engine_.terminate().code, 0);  // the views are written to the end
  const auto log = journal_file(".log");
  ASSERT_TRUE(log);
  fs::resize_file(*log, fs::file_size(*log) / 2);
  expect_refused("--accept-loss");
  engine_.set_options({"--accept-loss"});
  const auto ahead = engine_.start_refused();
  EXPECT_EQ(ahead.code, 74);
  EXPECT_THAT(ahead.out, HasSubstr("remove the folder " + (engine_.data() / "views").string()));
  fs::remove_all(engine_.data() / "views");
  engine_.start();
  engine_.set_options({});
  const auto left = journal();
  EXPECT_GT(left.size(), 0U);
  EXPECT_LT(left.size(), whole.size());
  say_many(4);
  EXPECT_GE(journal().size(), whole.size());  // what was lost is no duplicate when it comes again
  engine_.kill();
  engine_.start();
  EXPECT_EQ(engine_.terminate().code, 0);
  EXPECT_EQ(verify().code, 0);
}

TEST_F(damage_of_data, a_cut_table_is_refused_by_name) {
  setup s;
  s.storage = "journal_memtable_bytes = \"1MiB\"\n";
  start(s);
  say_many(100, 400);  // more than a memtable: a table at least
  EXPECT_EQ(engine_.terminate().code, 0);
  auto cut = journal_file(".blob");
  if (!cut) cut = journal_file(".sst");
  ASSERT_TRUE(cut);
  fs::resize_file(*cut, fs::file_size(*cut) / 2);
  expect_refused(cut->filename().string());
}

/// Damage that no start looks for ends the engine when it is read, and in a way that nobody restarts.
TEST_F(damage_of_data, a_damaged_event_that_is_read_ends_it_for_good) {
  setup s;
  s.storage = "journal_memtable_bytes = \"1MiB\"\ntail_bytes = \"1MiB\"\n";
  start(s);
  say_many(100, 400);
  EXPECT_EQ(engine_.terminate().code, 0);
  const auto stored = journal_file(".blob");
  ASSERT_TRUE(stored);
  flip_bit(*stored, fs::file_size(*stored) / 2);
  engine_.start();
  std::string cursor = "earliest";
  EXPECT_THROW((void)read_log(engine_, cursor), std::runtime_error);
  const auto e = engine_.wait_end(std::chrono::seconds{60});
  EXPECT_EQ(e.code, 74) << e.out;
  EXPECT_THAT(e.out, HasSubstr("storage-damaged"));
  EXPECT_THAT(e.out, HasSubstr(stored->parent_path().string()));
  EXPECT_THAT(e.out, HasSubstr("sequence"));
  EXPECT_THAT(e.out, HasSubstr("switchboard restore"));
  EXPECT_EQ(verify().code, 74);
}

// -- while it runs

struct row_read {
  std::string_view what;
  std::string_view column;  ///< of the views, that it reads
  void (*ask)(const engine_process& engine, const std::string& conversation, const std::string& customer);
};
void PrintTo(const row_read& r, std::ostream* out) {
  *out << r.what;
}

class damaged_rows : public damage_of_data, public testing::WithParamInterface<row_read> {
 protected:
  /// Flips a bit of the first row of each of the column's tables. RocksDB writes the column's name into them, as
  /// the property rocksdb.column.family.name, whose beginning it shortens by the property's before.
  void flip_in(std::string_view column) {
    int tables = 0;
    for (const auto& entry : fs::directory_iterator(engine_.data() / "views")) {
      if (entry.path().extension() != ".sst") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      if (bytes.find("name" + std::string(column)) == std::string::npos) continue;
      flip_bit(entry.path(), 20);
      ++tables;
    }
    ASSERT_GT(tables, 0) << column;
  }
};

/// No restart would read these rows better: the next one that asks would end the engine again, for ever.
TEST_P(damaged_rows, end_the_engine_for_good) {
  start();
  ASSERT_EQ(deliver(engine_, "meta", whatsapp_text(acme_number, "551100", "wamid.1", "hello")).status, 200);
  const auto chats = read_list(engine_, "/v1/conversations?brand=acme", "conversations");
  ASSERT_EQ(chats.size(), 1U);
  const auto conversation = text_at(chats[0], "/id").value_or("");
  const auto customer = text_at(chats[0], "/customerId").value_or("");
  EXPECT_EQ(engine_.terminate().code, 0);
  flip_in(GetParam().column);
  engine_.start();
  GetParam().ask(engine_, conversation, customer);
  const auto e = engine_.wait_end(std::chrono::seconds{60});
  EXPECT_EQ(e.code, 74) << e.out;
  EXPECT_THAT(e.out, HasSubstr("storage-damaged"));
  EXPECT_THAT(e.out, HasSubstr((engine_.data() / "views").string()));
  EXPECT_EQ(verify().code, 74);
  // The way out that it names.
  fs::remove_all(engine_.data() / "views");
  engine_.start();
  EXPECT_EQ(get(engine_, "/v1/conversations/" + conversation).status, 200);
}

/// `as`: the name that the sender has by now.
void say_more(const engine_process& engine, const std::string& as = "Customer") {
  auto body = whatsapp_text(acme_number, "551100", "wamid.2", "more");
  const std::string before = "Customer";
  body.replace(body.find(before), before.size(), as);
  (void)deliver(engine, "meta", body);
}

INSTANTIATE_TEST_SUITE_P(
    , damaged_rows,
    testing::Values(
        row_read{"a_read", "conversations",
                 [](const engine_process& engine, const std::string& conversation, const std::string&) {
                   (void)get(engine, "/v1/conversations/" + conversation);
                 }},
        row_read{
            "a_waking_conversation", "conversations",
            [](const engine_process& engine, const std::string&, const std::string&) { say_more(engine); }},
        row_read{"the_fold_of_an_event", "customers",
                 [](const engine_process& engine, const std::string&, const std::string&) {
                   say_more(engine, "Client");
                 }},
        row_read{"an_erasure", "customers",
                 [](const engine_process& engine, const std::string&, const std::string& customer) {
                   http_connection c(engine.port());
                   EXPECT_NE(c.ask("DELETE", "/v1/customers/" + customer, bearer(admin_token)).status, 202);
                 }}),
    [](const auto& instance) { return std::string(instance.param.what); });

/// The promise is kept by going through the whole log: what it comes upon there ends the engine as a reader would.
TEST_F(damage_of_data, a_damaged_event_that_an_erasure_comes_upon_ends_it_for_good) {
  setup s;
  s.storage = "journal_memtable_bytes = \"1MiB\"\ntail_bytes = \"1MiB\"\n";
  start(s);
  say_many(100, 400);
  const auto chats = read_list(engine_, "/v1/conversations?brand=acme", "conversations");
  ASSERT_FALSE(chats.empty());
  EXPECT_EQ(engine_.terminate().code, 0);
  const auto stored = journal_file(".blob");
  ASSERT_TRUE(stored);
  flip_bit(*stored, fs::file_size(*stored) / 2);
  engine_.start();
  http_connection c(engine_.port());
  const auto customer = text_at(chats[0], "/customerId").value_or("");
  EXPECT_EQ(c.ask("DELETE", "/v1/customers/" + customer, bearer(admin_token)).status, 202);
  const auto e = engine_.wait_end(std::chrono::seconds{60});
  EXPECT_EQ(e.code, 74) << e.out;
  EXPECT_THAT(e.out, HasSubstr("storage-damaged"));
  EXPECT_THAT(e.out, HasSubstr(stored->parent_path().string()));
}

// -- what is missing

/// Whatever of the directory is missing, the refusal names it and the way back.
TEST_F(damage_of_data, each_missing_part_is_refused_with_the_way_back) {
  start();
  say_many(1);
  engine_.kill();
  for (const auto* part : {"identity", "journal"}) {
    const auto here = engine_.data() / part, away = scratch_.path() / part;
    fs::rename(here, away);
    const auto refused = engine_.start_refused();
    EXPECT_EQ(refused.code, 74) << part;
    EXPECT_THAT(refused.out, HasSubstr(here.string())) << part;
    EXPECT_THAT(refused.out, HasSubstr("switchboard restore")) << part;
    fs::rename(away, here);
  }
  engine_.start();
}

TEST_F(damage_of_data, a_missing_watermark_is_refused_by_name) {
  start();
  say_many(1);
  engine_.kill();
  ASSERT_TRUE(fs::remove(engine_.data() / "watermark"));
  expect_refused("watermark");
}

}  // namespace
}  // namespace switchboard::e2e
