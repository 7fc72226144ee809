// The include table of the architecture, held against every #include of the tree: heavy libraries live in one
// folder each, and includes point one way.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path root{SWITCHBOARD_SOURCE_DIR};

/// Prefixes that the files of a folder may include beside the standard library and the system's C headers.
const std::map<std::string, std::vector<std::string>> table{
    {"domain", {"domain/"}},
    {"config", {"config/", "domain/", "toml++/", "openssl/"}},
    {"storage", {"storage/", "domain/", "rocksdb/", "simdjson.h", "xxhash.h", "zstd.h"}},
    {"actors", {"actors/", "storage/", "config/", "domain/", "caf/"}},
    {"net/platforms", {"net/platforms/", "domain/", "simdjson.h", "openssl/", "utf8proc.h"}},
    {"net/client", {"net/client/", "curl/", "boost/", "openssl/"}},
    {"net/http", {"net/http/", "net/log.hpp", "config/", "domain/", "boost/", "openssl/"}},
    {"net", {"net/", "actors/", "config/", "domain/", "boost/", "openssl/"}},
    {"cli",
     {"cli/", "net/", "actors/", "storage/", "config/", "domain/", "boost/", "openssl/", "CLI/", "simdjson.h",
      "systemd/"}},
    {"main.cpp", {"cli/"}},
};

/// What the engine's reads and its feed give and take (actors/engine.hpp, feed.hpp): rows, pages and places in the
/// log. net/ includes no header of storage and may name only these; nothing that writes, opens or encodes.
const std::set<std::string> of_storage_in_net{
    "views",          "views_error",  "page",           "page_rows_max", "conversation_query",
    "message_order",  "breach_query", "report_page",    "report_query",  "report_row",
    "report_subject", "delivery_row", "every_delivery", "log_sequence"};

struct include {
  std::string name;
  bool quoted = false;
};

std::vector<include> includes_of(const fs::path& file) {
  static const std::regex line_of{R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])"};
  std::vector<include> found;
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    std::smatch m;
    if (std::regex_search(line, m, line_of)) found.push_back({m[2].str(), m[1].str() == "\""});
  }
  return found;
}

/// <vector>, <unistd.h>, <sys/statvfs.h>: the language's and the system's own. Named one by one: a library's header
/// may lie beside them.
bool is_system(const include& i) {
  static const std::set<std::string> of_posix{"fcntl.h", "netdb.h", "pthread.h", "signal.h", "unistd.h"};
  if (i.quoted) return false;
  if (i.name.find_first_of("./") == std::string::npos) return true;
  return of_posix.contains(i.name) || i.name.starts_with("sys/") || i.name.starts_with("netinet/") ||
         i.name.starts_with("arpa/") || i.name.starts_with("linux/");
}

std::string folder_of(const fs::path& relative) {
  const auto text = relative.generic_string();
  for (const auto* inner : {"net/platforms", "net/client", "net/http"}) {
    if (text.starts_with(std::string(inner) + '/')) return inner;
  }
  return text.substr(0, text.find('/'));
}

/// What breaks the table, as "file includes what".
std::vector<std::string> violations(const std::string& folder, const std::string& file,
                                    const std::vector<include>& includes) {
  std::vector<std::string> bad;
  const auto& allowed = table.at(folder);
  for (const auto& i : includes) {
    if (is_system(i)) continue;
    const bool ok = std::any_of(allowed.begin(), allowed.end(),
                                [&](const std::string& prefix) { return i.name.starts_with(prefix); });
    if (!ok) bad.push_back(file + " includes " + i.name);
  }
  return bad;
}

TEST(IncludeTable, HoldsForEveryFile) {
  std::vector<std::string> bad;
  std::size_t files = 0;
  for (const auto* top : {"domain", "config", "storage", "actors", "net", "cli"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      ++files;
      const auto relative = fs::relative(entry.path(), root);
      const auto found =
          violations(folder_of(relative), relative.generic_string(), includes_of(entry.path()));
      bad.insert(bad.end(), found.begin(), found.end());
    }
  }
  const auto main = violations("main.cpp", "main.cpp", includes_of(root / "main.cpp"));
  bad.insert(bad.end(), main.begin(), main.end());
  EXPECT_GT(files, 50u) << "the tree was not found at " << root;
  EXPECT_THAT(bad, testing::IsEmpty());
}

/// The names of storage that a text uses beside the allowed ones.
std::vector<std::string> other_names_of_storage(const std::string& text) {
  static const std::regex name_of{R"(\bstorage::(\w+))"};
  std::vector<std::string> bad;
  for (std::sregex_iterator i{text.begin(), text.end(), name_of}, end; i != end; ++i) {
    if (!of_storage_in_net.contains((*i)[1].str())) bad.push_back(i->str());
  }
  return bad;
}

TEST(IncludeTable, NetNamesOnlyTheReadModelOfStorage) {
  std::vector<std::string> bad;
  for (const auto& entry : fs::recursive_directory_iterator(root / "net")) {
    const auto extension = entry.path().extension();
    if (extension != ".cpp" && extension != ".hpp") continue;
    std::ifstream in{entry.path()};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    for (const auto& name : other_names_of_storage(text)) {
      bad.push_back(fs::relative(entry.path(), root).generic_string() + " names " + name);
    }
  }
  EXPECT_THAT(bad, testing::IsEmpty());
  EXPECT_TRUE(other_names_of_storage("const storage::views& v, storage::page p").empty());
  EXPECT_EQ(other_names_of_storage("storage::journal j; storage::encode(e)").size(), 2u);
  EXPECT_EQ(other_names_of_storage("using namespace storage; storage::views_options o").size(), 1u);
}

TEST(IncludeTable, CatchesPlantedFaults) {
  EXPECT_EQ(violations("domain", "f", {{"storage/log.hpp", true}}).size(), 1u);
  EXPECT_EQ(violations("domain", "f", {{"caf/actor.hpp", false}}).size(), 1u);
  EXPECT_EQ(violations("storage", "f", {{"boost/asio.hpp", false}}).size(), 1u);
  EXPECT_EQ(violations("actors", "f", {{"net/webhook.hpp", true}}).size(), 1u);
  EXPECT_EQ(violations("net", "f", {{"storage/views.hpp", true}, {"rocksdb/db.h", false}}).size(), 2u);
  EXPECT_EQ(violations("net/platforms", "f", {{"actors/engine.hpp", true}}).size(), 1u);
  EXPECT_EQ(violations("net/http", "f", {{"actors/engine.hpp", true}, {"net/api/route.hpp", true}}).size(),
            2u);
  EXPECT_EQ(violations("net", "f", {{"zstd.h", false}}).size(), 1u);
  EXPECT_TRUE(violations("domain", "f", {{"vector", false}, {"domain/ids.hpp", true}}).empty());
}

TEST(Headers, StayReadable) {
  // Two minutes a header; a longer one is two concepts.
  constexpr std::size_t lines_max = 200;
  for (const auto* top : {"domain", "config", "storage", "actors", "net", "cli"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      if (entry.path().extension() != ".hpp") continue;
      std::ifstream in{entry.path()};
      std::size_t lines = 0;
      for (std::string line; std::getline(in, line);) ++lines;
      EXPECT_LE(lines, lines_max) << entry.path();
    }
  }
}

}  // namespace
