#include "config/properties.hpp"
#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

namespace switchboard::config {
namespace {

using testing::loaded;

TEST(Reload, NothingChangedNeedsNothing) {
  EXPECT_EQ(needs_restart(*loaded(""), *loaded("")), std::vector<std::string>{});
}

TEST(Reload, NamesTheKeysThatNeedARestart) {
  const auto running = loaded("");
  const auto next = loaded(R"([server]
listen = "127.0.0.1:9090"
io_threads = 2
drain_timeout = "3s"
[storage]
data_dir = "elsewhere"
retention_age = "90d"
[limits]
connections_max = 100
[[brand]]
id = "new"
)");
  ASSERT_NE(next, nullptr);
  EXPECT_EQ(needs_restart(*running, *next),
            (std::vector<std::string>{"server.listen", "server.io_threads", "storage.data_dir"}));
}

TEST(Reload, EveryPropertyDoesAsItsRowSays) {
  const settings running;
  for (const property& p : properties()) {
    settings next;
    switch (p.range.form) {
      case form::flag:
        p.set(next, !std::get<bool>(default_of(p)));
        break;
      case form::count:
      case form::size:
      case form::duration:
        p.set(next, p.range.max);
        break;
      case form::path:
        p.set(next, std::string("elsewhere"));
        break;
      case form::address:
        p.set(next, endpoint{"10.1.1.1", 1});
        break;
      case form::word:
        p.set(next, std::string(p.range.words.back()));
        break;
      case form::addresses:
      case form::origins:
        p.set(next, std::vector<std::string>{"x"});
        break;
    }
    const auto keys = needs_restart(running, next);
    const std::vector<std::string> mine{std::string(p.section) + "." + std::string(p.name)};
    EXPECT_EQ(keys, p.reloadable ? std::vector<std::string>{} : mine) << mine[0];
  }
}

}  // namespace
}  // namespace switchboard::config
