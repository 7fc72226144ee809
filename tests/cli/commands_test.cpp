// The command line: every mistake is one line that names the fix and exit 2; every help ends in two examples.

#include "cli/commands.hpp"

#include "cli/child_engine.hpp"
#include "cli/serve.hpp"
#include "config/load.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::cli {
namespace {

struct said {
  int code = 0;
  std::string out, err;
  std::optional<serve_options> served;
};

said call(std::vector<std::string> words) {
  words.insert(words.begin(), "switchboard");
  std::vector<const char*> argv;
  for (const auto& w : words) argv.push_back(w.c_str());
  said s;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  s.code = run(static_cast<int>(argv.size()), argv.data(), [&s](const serve_options& o) {
    s.served = o;
    return 42;
  });
  s.out = testing::internal::GetCapturedStdout();
  s.err = testing::internal::GetCapturedStderr();
  return s;
}

TEST(commands, each_mistake_is_one_line_that_names_the_fix) {
  struct row {
    std::vector<std::string> words;
    std::string says;
  };
  for (const auto& c :
       std::vector<row>{{{}, "subcommand is required"},
                        {{"delive"}, "did you mean \"deliver\""},
                        {{"nope"}, "no command \"nope\"; there are serve, check-config, deliver"},
                        {{"dead-letters", "remove"}, "there are list, show, replay"},
                        {{"evnts", "--follow"}, "did you mean \"events\""},
                        {{"bench"}, "subcommand is required"},
                        {{"bench", "ingst"}, "did you mean \"ingest\""},
                        {{"dead-letters", "replya"}, "did you mean \"replay\""},
                        {{"dead-letters", "show"}, "id is required"},
                        {{"deliver", "x.json"}, "--source is required"},
                        {{"deliver", "--source", "meta"}, "paths is required"},
                        {{"deliver", "x", "--source", "m", "--rate", "fast"}, "\"fast\" is not like"},
                        {{"deliver", "x", "--source", "m", "--kind", "fax"}, "fax not in"},
                        {{"deliver", "x", "--source", "m", "--connections", "0"}, "not in range"},
                        {{"serve"}, "--config is required"},
                        {{"serve", "--config", "c", "--prot", "1"}, "--prot"},
                        {{"check-config"}, "file is required"},
                        {{"route"}, "--explain is required"},
                        {{"verify"}, "--data-dir is required"},
                        {{"explain"}, "conversation is required"},
                        {{"replay-routing"}, "--data-dir is required"},
                        {{"morning", "--pace", "0"}, "not in range"},
                        {{"morning", "--conversations", "3"}, "not in range"},
                        {{"morning", "--seed", "today"}, "today"},
                        {{"backup"}, "--to is required"},
                        {{"backup", "--to", "x", "--data-dir", "d", "--url", "u"}, "excludes"},
                        {{"restore", "--from", "x"}, "--data-dir is required"},
                        {{"events", "--data-dir", "d", "--url", "u"}, "excludes"},
                        {{"events", "--limit", "many"}, "many"},
                        {{"bench", "ingest", "--duration", "1 day"}, "is not like"},
                        {{"bench", "routing", "--queued", "many"}, "\"many\" is not like"},
                        {{"bench", "routing", "--url", "u"}, "--url"}}) {
    const auto s = call(c.words);
    EXPECT_EQ(s.code, 2) << s.err;
    EXPECT_NE(s.err.find(c.says), std::string::npos) << "wanted: " << c.says << "\ngot: " << s.err;
    EXPECT_EQ(std::count(s.err.begin(), s.err.end(), '\n'), 1) << s.err;
    EXPECT_NE(s.err.find("--help"), std::string::npos);
    EXPECT_EQ(s.out, "");
    EXPECT_FALSE(s.served);
  }
}

TEST(commands, each_help_ends_in_two_examples_that_start_with_the_command) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{},
                                             {"serve"},
                                             {"check-config"},
                                             {"deliver"},
                                             {"events"},
                                             {"dead-letters"},
                                             {"dead-letters", "list"},
                                             {"dead-letters", "show"},
                                             {"dead-letters", "replay"},
                                             {"route"},
                                             {"explain"},
                                             {"shadow"},
                                             {"replay-routing"},
                                             {"morning"},
                                             {"verify"},
                                             {"backup"},
                                             {"restore"},
                                             {"bench"},
                                             {"bench", "ingest"},
                                             {"bench", "fanout"},
                                             {"bench", "latency"},
                                             {"bench", "routing"}}) {
    auto with_help = words;
    with_help.push_back("--help");
    const auto s = call(with_help);
    EXPECT_EQ(s.code, 0);
    std::string start = "  switchboard";
    for (const auto& w : words) start += ' ' + w;
    const auto examples = s.out.find("Examples:\n");
    ASSERT_NE(examples, std::string::npos) << s.out;
    std::string rest = s.out.substr(examples + 10);
    while (rest.ends_with('\n')) rest.pop_back();
    EXPECT_EQ(std::count(rest.begin(), rest.end(), '\n'), 1) << rest;
    EXPECT_TRUE(rest.starts_with(start)) << rest;
    EXPECT_NE(rest.find('\n' + start), std::string::npos) << rest;
  }
}

TEST(commands, serve_gets_what_was_said) {
  const auto s =
      call({"serve", "--config", "a.toml", "--data-dir", "d", "--listen", "127.0.0.1:1", "--accept-loss"});
  EXPECT_EQ(s.code, 42);
  ASSERT_TRUE(s.served);
  EXPECT_EQ(s.served->config, "a.toml");
  EXPECT_EQ(s.served->data_dir, "d");
  EXPECT_EQ(s.served->listen, "127.0.0.1:1");
  EXPECT_TRUE(s.served->accept_loss);
  EXPECT_FALSE(call({"serve", "--config", "a.toml"}).served->accept_loss);
}

TEST(commands, version) {
  const auto s = call({"--version"});
  EXPECT_EQ(s.code, 0);
  EXPECT_TRUE(s.out.starts_with("switchboard ")) << s.out;
}

TEST(commands, failures_are_exit_1_and_one_line) {
  const auto missing = call({"deliver", "/nonexistent", "--source", "m", "--secret", "x", "--kind", "meta"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_EQ(missing.err, "switchboard deliver: /nonexistent: no such file or folder\n");
  EXPECT_EQ(call({"events", "--url", "nonsense"}).code, 1);
  const auto nowhere = call({"events", "--data-dir", "/nonexistent"});
  EXPECT_EQ(nowhere.code, 1);
  EXPECT_EQ(nowhere.err, "switchboard events: /nonexistent: no such directory\n");
  EXPECT_EQ(call({"check-config", "/nonexistent.toml"}).code, 1);
  EXPECT_NE(call({"check-config", "/nonexistent.toml"}).err.find("/nonexistent.toml"), std::string::npos);
}

TEST(serve, wrong_addresses_are_wrong_usage) {
  const std::string demo = SWITCHBOARD_SOURCE_DIR "/config/demo.toml";
  const auto serve = [&](const std::string& option, const std::string& address) {
    testing::internal::CaptureStderr();
    serve_options o;
    o.config = demo;
    (option == "--listen" ? o.listen : o.admin_listen) = address;
    const int code = run_serve(o);
    const auto err = testing::internal::GetCapturedStderr();
    EXPECT_EQ(code, 2) << err;
    EXPECT_TRUE(err.starts_with("switchboard serve: " + option + ": ")) << err;
    EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
    return err;
  };
  for (const char* option : {"--listen", "--admin-listen"}) {
    EXPECT_NE(serve(option, "foo").find("\"foo\" is not HOST:PORT"), std::string::npos);
    EXPECT_NE(serve(option, "0.0.0.0:9").find("only loopback"), std::string::npos);
  }
}

TEST(check_config, counts_what_a_good_file_holds_and_shows_all_errors_of_a_bad_one) {
  const std::string demo = SWITCHBOARD_SOURCE_DIR "/bench/configs/bench.toml";
  const auto good = call({"check-config", demo});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_EQ(good.out, demo + ": ok (1 brand, 1 source, 1 account, 1 token)\n");
  const auto file =
      (std::filesystem::temp_directory_path() / ("check-config-" + std::to_string(::getpid()) + ".toml"))
          .string();
  std::ofstream(file) << "[server]\nlisten = 5\nlisen = \"x\"\n";
  const auto bad = call({"check-config", file});
  std::filesystem::remove(file);
  EXPECT_EQ(bad.code, 1);
  EXPECT_NE(bad.err.find(":2:"), std::string::npos) << bad.err;
  EXPECT_NE(bad.err.find(":3:"), std::string::npos) << bad.err;
}

TEST(check_config, warns_of_what_can_hardly_be_meant_and_says_yes_all_the_same) {
  const auto file =
      (std::filesystem::temp_directory_path() / ("check-doubtful-" + std::to_string(::getpid()) + ".toml"))
          .string();
  std::ofstream(file)
      << "[[brand]]\nid = \"b\"\n[[queue]]\nid = \"q\"\nbrand = \"b\"\n[[agent]]\nid = \"a\"\n"
         "brand = \"b\"\nqueues = [\"q:1\"]\n";
  const auto doubtful = call({"check-config", file});
  std::filesystem::remove(file);
  EXPECT_EQ(doubtful.code, 0);
  EXPECT_TRUE(doubtful.err.starts_with(file + ":9:11: warning: agent \"a\" is never asked: "))
      << doubtful.err;
  EXPECT_EQ(doubtful.out, file + ": ok (1 brand, 0 sources, 0 accounts, 0 tokens, 1 queue, 1 agent)\n");
}

TEST(bench_config, is_what_the_engine_of_a_benchmark_runs_on) {
  std::ifstream in(SWITCHBOARD_SOURCE_DIR "/bench/configs/bench.toml");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  text.erase(0, text.find("[server]"));  // the file says in its head what it is for
  EXPECT_EQ(text, bench_config("127.0.0.1:18080", "127.0.0.1:18081", "data-bench"));
  const auto loaded = config::load_text(text, "bench.toml");
  ASSERT_TRUE(loaded) << config::to_text(loaded.error().front());
}

}  // namespace
}  // namespace switchboard::cli
