// `verify` must be quiet about a whole directory and name the damage of one that is not: 74.

#include "cli/verify.hpp"

#include "domain/conversation.hpp"
#include "net/platforms/platform.hpp"
#include "storage/codec.hpp"
#include "storage/cursor.hpp"
#include "storage/hash.hpp"
#include "storage/journal.hpp"
#include "storage/views.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace switchboard::cli {
namespace {

namespace fs = std::filesystem;

std::string body(int n, const std::string& text) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{)"
         R"("messaging_product":"whatsapp","metadata":{"display_phone_number":"1","phone_number_id":"9"},)"
         R"("contacts":[{"profile":{"name":"A"},"wa_id":"49"}],"messages":[{"from":"49","id":"wamid.)" +
         std::to_string(n) + R"(","timestamp":"1790000000","type":"text","text":{"body":")" + text +
         R"("}}]}}]}]})";
}

/// What `messages` messages of one customer cause, as the journal with this seed would have it.
std::vector<storage::record_ptr> records(const storage::identity& id, int messages, const std::string& text) {
  const storage::cursor_codec cursors{id.journal_tag};
  domain::thread_state thread;
  std::vector<storage::record_ptr> out;
  for (int n = 0; n < messages; ++n) {
    auto unpacked =
        net::platforms::functions_of(net::platforms::kind::meta).normalise(body(n, text), "", {}, {});
    domain::receive what;
    what.inbound = unpacked.events.at(0);
    what.brand = {"acme"};
    what.account = {"wa"};
    what.customer = storage::customer_hash(id.hash_seed, "wa", "49");
    thread.id = storage::thread_hash(id.hash_seed, "wa", what.inbound.thread, what.inbound.thread_key);
    auto events =
        domain::decide(thread, what, {}, domain::timestamp{std::chrono::seconds(1'790'000'000 + n)});
    for (auto& e : *events) {
      auto r = storage::encode(e, "/switchboard");
      r.sequence = out.size() + 1;
      r.partition = storage::partition_of(thread.id, id.partitions);
      cursors.write(r.bytes.data() + r.cursor_at, r.sequence);
      out.push_back(std::make_shared<const storage::record>(std::move(r)));
      domain::apply(thread, std::move(e));
    }
  }
  return out;
}

class verify : public testing::Test {
 protected:
  verify() {
    std::string pattern = (fs::temp_directory_path() / "verify-test-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    fs::create_directory(directory_ / "scratch");
  }
  ~verify() override { fs::remove_all(directory_); }

  [[nodiscard]] std::string data() const { return (directory_ / "data").string(); }

  /// The journal with one text, the views with another.
  void fill(const std::string& in_journal, const std::string& in_views) {
    storage::journal_options j;
    j.data_dir = data();
    auto log = storage::journal::open(j);
    ASSERT_TRUE(log) << log.error().what;
    const auto& id = (*log)->identity();
    const auto written = records(id, 20, in_journal);
    ASSERT_EQ((*log)->commit(storage::claims(id.partitions, (*log)->epoch()), written).result,
              storage::log_result::ok);
    storage::views_options v;
    v.data_dir = data();
    v.hash_seed = id.hash_seed;
    auto views = storage::views::open(v);
    ASSERT_TRUE(views) << views.error().what;
    ASSERT_TRUE((*views)->apply(records(id, 20, in_views)));
    ASSERT_TRUE((*views)->flush());
  }

  int run() {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = run_verify({data(), (directory_ / "scratch").string()});
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    EXPECT_TRUE(fs::is_empty(directory_ / "scratch"));
    return code;
  }

  fs::path directory_;
  std::string out_, err_;
};

TEST_F(verify, is_content_with_a_whole_directory) {
  fill("hello", "hello");
  EXPECT_EQ(run(), 0) << err_;
  EXPECT_NE(out_.find("journal  ok: 21 records"), std::string::npos) << out_;
  EXPECT_NE(out_.find("views    ok: "), std::string::npos) << out_;
  EXPECT_EQ(err_, "");
}

TEST_F(verify, needs_no_views) {
  fill("hello", "hello");
  fs::remove_all(data() + "/views");
  EXPECT_EQ(run(), 0) << err_;
  EXPECT_NE(out_.find("views    none"), std::string::npos);
}

TEST_F(verify, names_views_that_say_something_else) {
  fill("hello", "hullo");
  EXPECT_EQ(run(), 74);
  EXPECT_NE(err_.find("not what the journal says"), std::string::npos) << err_;
  EXPECT_NE(err_.find("remove the folder views"), std::string::npos) << err_;
}

TEST_F(verify, names_a_journal_that_is_damaged) {
  fill("hello", "hello");
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(data() + "/journal")) {
    if (entry.path().extension() != ".log" || entry.file_size() < 1'000) continue;
    std::fstream f(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    f.seekp(500);
    f.put('\xff');
    ++files;
  }
  ASSERT_EQ(files, 1);
  EXPECT_EQ(run(), 74);
  EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 1) << err_;
}

TEST_F(verify, tells_a_wrong_path_from_damage) {
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(err_, "switchboard verify: " + data() + ": no such directory\n");
  fs::create_directory(data());
  EXPECT_EQ(run(), 1);
  EXPECT_NE(err_.find("no data directory"), std::string::npos) << err_;
  fs::remove(data());
  std::ofstream(data()) << "x";
  EXPECT_EQ(run(), 1);
  EXPECT_NE(err_.find("not a directory"), std::string::npos) << err_;
}

TEST_F(verify, a_lost_identity_or_journal_is_damage) {
  fill("hello", "hello");
  fs::remove(data() + "/identity");
  EXPECT_EQ(run(), 74) << err_;
  fs::remove_all(data());
  fill("hello", "hello");
  fs::remove_all(data() + "/journal");
  EXPECT_EQ(run(), 74) << err_;
}

TEST_F(verify, refuses_a_directory_in_use_and_names_the_process) {
  fill("hello", "hello");
  int ready[2], done[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(done), 0);
  const pid_t user = ::fork();
  ASSERT_GE(user, 0);
  if (user == 0) {  // holds the lock as RocksDB does, until the other end of `done` is closed
    ::close(done[1]);
    const int fd = ::open((data() + "/journal/LOCK").c_str(), O_RDWR);
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    char byte = ::fcntl(fd, F_SETLK, &whole) == 0 ? 'y' : 'n';
    if (::write(ready[1], &byte, 1) == 1) (void)!::read(done[0], &byte, 1);
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  EXPECT_EQ(run(), 1);
  EXPECT_NE(err_.find("in use by process " + std::to_string(user) + ";"), std::string::npos) << err_;
  ::close(done[1]);
  ASSERT_EQ(::waitpid(user, nullptr, 0), user);
  for (const int fd : {ready[0], ready[1], done[0]}) ::close(fd);
  EXPECT_EQ(run(), 0) << err_;
}

}  // namespace
}  // namespace switchboard::cli
