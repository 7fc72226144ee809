// `replay-routing` is quiet about a journal that today's rules lead to, and names the turn that they do not.

#include "cli/replay_routing.hpp"

#include "config/digest.hpp"
#include "domain/routing/archive.hpp"
#include "domain/routing/reason.hpp"
#include "domain/routing/router.hpp"
#include "storage/codec.hpp"
#include "storage/cursor.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace switchboard::cli {
namespace {

namespace fs = std::filesystem;
namespace routing = domain::routing;
using domain::event_type;

/// What a router leaves in the log in a morning: people come, conversations too, offers are taken and run out.
class morning {
 public:
  explicit morning(std::string brand) : brand_(std::move(brand)) {
    auto c = std::make_shared<routing::router_config>();
    c->version = 1;
    c->channels = {{.units = 20}};
    c->queues = {{.id = {"support"}}};
    for (const auto* name : {"ada", "bob", "cid"})
      c->agents.push_back({.id = {name}, .queues = {{.queue = 0, .pool = 0}}});
    tell(routing::tell_config{c});
    for (routing::agent_index a = 0; a < 3; ++a) {
      tell(routing::tell_presence{
          {.agent = a, .epoch = 1, .online = true, .scheduled = true, .channels = routing::all_channels}});
    }
  }
  void goes_on(std::size_t conversations) {
    for (std::size_t n = 0; n < conversations; ++n) {
      // No whole millisecond, as of a real clock.
      now_ += std::chrono::microseconds{7'000'333};
      routing::conversation_facts f;
      f.id = {{7, ++last_}, 1};
      f.version = 1;
      tell(routing::tell_conversation{std::make_shared<const routing::conversation_facts>(f)});
      const auto offers = state_.more_of(state_.items.find(f.id)).offers;
      if (n % 3 != 0 && !offers.empty())
        tell(routing::accept_offer{f.id, offers.front().agent, offers.front().epoch});
      if (n % 5 == 4) tell(routing::tell_left{f.id, 2});
    }
  }
  /// As the router's owner does it: the state behind its length, then what conversations have not taken over yet; in parts.
  void save(std::uint32_t parts) {
    const auto state = routing::save(state_);
    std::string bytes;
    for (std::size_t i = 0, n = state.size(); i < 8; ++i, n >>= 8) bytes += static_cast<char>(n & 0xff);
    bytes += state + "unsettled";
    const auto size = bytes.size() / parts + 1;
    for (std::uint32_t part = 0; part < parts; ++part) {
      domain::event e;
      e.type = event_type::routing_saved;
      e.at = now_;
      e.saved = domain::routing_save{.brand = {brand_},
                                     .sequence = state_.sequence,
                                     .part = part,
                                     .parts = parts,
                                     .state = bytes.substr(part * size, size)};
      events.push_back(std::move(e));
    }
  }

  std::vector<domain::event> events;

 private:
  void tell(const routing::router_command& c) {
    const auto before = state_.sequence;
    const auto by_config = state_.config->version;
    std::vector<routing::reason> why;
    const auto said = routing::turn(state_, c, now_, &why).events;
    if (said.empty()) return;
    domain::event e;
    e.type = event_type::routing_turned;
    e.at = now_;
    e.turn = domain::routing_turn{.brand = {brand_},
                                  .sequence = before,
                                  .command = routing::encode(c),
                                  .events = routing::encode(said)};
    events.push_back(std::move(e));
    for (auto& r : why) {
      std::string given;
      routing::append_canonical(given, c, now_, before, by_config);
      r.inputs = config::sha256_hex(given);
      domain::event decided;
      decided.type = event_type::routing_decided;
      decided.at = now_;
      decided.decided = domain::routing_decision{
          .brand = {brand_}, .conversation = r.conversation, .json = routing::to_json(r, state_)};
      events.push_back(std::move(decided));
    }
  }

  std::string brand_;
  routing::router_state state_;
  domain::timestamp now_{std::chrono::hours{24 * 365 * 56}};
  std::uint64_t last_ = 0;
};

std::size_t count_of(const std::vector<domain::event>& all, event_type type) {
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const auto& e) { return e.type == type; }));
}
std::size_t turns_of(const std::vector<domain::event>& all) {
  return count_of(all, event_type::routing_turned);
}

class replay_routing : public testing::Test {
 protected:
  replay_routing() {
    std::string pattern = (fs::temp_directory_path() / "replay-test-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~replay_routing() override { fs::remove_all(directory_); }

  int run(const std::vector<domain::event>& journal) {
    const auto data = directory_ + "/" + std::to_string(++directories_);
    {
      storage::journal_options o;
      o.data_dir = data;
      auto log = storage::journal::open(o);
      EXPECT_TRUE(log) << log.error().what;
      const auto& id = (*log)->identity();
      const storage::cursor_codec cursors{id.journal_tag};
      std::vector<storage::record_ptr> records;
      for (const auto& e : journal) {
        auto r = storage::encode(e, "/switchboard");
        r.sequence = records.size() + 1;
        cursors.write(r.bytes.data() + r.cursor_at, r.sequence);
        records.push_back(std::make_shared<const storage::record>(std::move(r)));
      }
      EXPECT_EQ((*log)->commit(storage::claims(id.partitions, (*log)->epoch()), records).result,
                storage::log_result::ok);
    }
    return run_on(data);
  }
  int run_on(const std::string& data) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = run_replay_routing({data});
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return code;
  }

  std::string directory_, out_, err_;
  int directories_ = 0;
};

TEST_F(replay_routing, agrees_with_what_the_same_rules_decided) {
  morning acme("acme"), beta("beta");
  acme.goes_on(40);
  beta.goes_on(20);
  auto journal = acme.events;
  // As a journal has them: one brand's between another's.
  for (std::size_t i = 0; i < beta.events.size(); ++i)
    journal.insert(journal.begin() + static_cast<std::ptrdiff_t>(2 * i), beta.events[i]);
  EXPECT_EQ(run(journal), 0) << err_;
  EXPECT_EQ(out_, "routing  ok: " + std::to_string(turns_of(journal)) + " turns and " +
                      std::to_string(count_of(journal, event_type::routing_decided)) +
                      " decisions of 2 brands taken again, 0 differ\n");
  EXPECT_GT(turns_of(journal), 100u);
  EXPECT_GT(count_of(journal, event_type::routing_decided), 60u);
  EXPECT_EQ(err_, "");
}

TEST_F(replay_routing, names_the_first_turn_that_the_rules_do_not_lead_to) {
  morning acme("acme");
  acme.goes_on(40);
  struct fault {
    const char* says;
    std::function<bool(routing::router_event&)> plant;
  };
  const fault faults[] = {
      {"offer made",
       [](auto& e) {
         if (e.kind != routing::event_kind::offer_made) return false;
         e.agent = (e.agent + 1) % 3;
         return true;
       }},
      {"until was",
       [](auto& e) {
         if (e.kind != routing::event_kind::offer_made) return false;
         e.until += std::chrono::microseconds{1};
         return true;
       }},
      {"epoch was",
       [](auto& e) {
         if (e.kind != routing::event_kind::offer_made) return false;
         e.epoch += 1;
         return true;
       }},
  };
  for (const auto& f : faults) {
    auto journal = acme.events;
    std::size_t at = 0;
    for (std::size_t i = journal.size() / 2; i < journal.size() && at == 0; ++i) {
      auto events = routing::decode_events(journal[i].turn->events, nullptr);
      ASSERT_TRUE(events) << events.error();
      if (std::none_of(events->begin(), events->end(), f.plant)) continue;
      journal[i].turn->events = routing::encode(*events);
      at = i + 1;
    }
    ASSERT_GT(at, 0u) << f.says;
    EXPECT_EQ(run(journal), 1) << f.says;
    EXPECT_NE(err_.find("brand acme, record " + std::to_string(at) + " of "), std::string::npos) << err_;
    EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 1) << err_;
    EXPECT_EQ(out_, "");
  }
}

TEST_F(replay_routing, names_a_turn_that_is_missing_or_cut) {
  morning acme("acme");
  acme.goes_on(10);
  auto journal = acme.events;
  journal.erase(journal.begin() + 4, journal.begin() + 6);  // with the decision behind it
  EXPECT_EQ(run(journal), 1);
  EXPECT_NE(err_.find("record 5 of "), std::string::npos) << err_;
  EXPECT_NE(err_.find("the turns before it lead to"), std::string::npos) << err_;
  journal = acme.events;
  journal[4].turn->command.pop_back();
  EXPECT_EQ(run(journal), 1);
  EXPECT_NE(err_.find("record 5 of "), std::string::npos) << err_;
}

TEST_F(replay_routing, begins_with_the_first_whole_save_where_the_journal_was_trimmed) {
  morning acme("acme");
  acme.goes_on(10);
  const auto before = acme.events.size(), turns_before = turns_of(acme.events);
  acme.save(3);
  acme.goes_on(10);
  acme.save(2);
  acme.goes_on(10);
  const auto& all = acme.events;
  EXPECT_EQ(run(all), 0) << err_;
  EXPECT_NE(out_.find(std::to_string(turns_of(all)) + " turns and "), std::string::npos) << out_;
  EXPECT_NE(out_.find(" decisions of 1 brands taken again, 0 differ\n"), std::string::npos) << out_;
  // Whole turns before, but not from the first on.
  const std::vector trimmed(all.begin() + 4, all.end());
  EXPECT_EQ(run(trimmed), 0) << err_;
  EXPECT_NE(out_.find(std::to_string(turns_of(all) - turns_before) + " turns and "), std::string::npos)
      << out_;
  EXPECT_NE(out_.find("(" + std::to_string(turns_before - 4) + " before the first save"), std::string::npos)
      << out_;
  // The first save is cut: it goes on from the second.
  const std::vector cut(all.begin() + static_cast<std::ptrdiff_t>(before) + 1, all.end());
  EXPECT_EQ(run(cut), 0) << err_;
  EXPECT_EQ(out_.find(" 0 turns"), std::string::npos) << out_;
  EXPECT_NE(out_.find("before the first save"), std::string::npos) << out_;
}

TEST_F(replay_routing, says_what_is_wrong_with_a_save) {
  morning acme("acme");
  acme.goes_on(5);
  acme.save(1);
  for (const std::size_t kept : {4u, 20u}) {
    auto save = acme.events.back();
    save.saved->state.resize(kept);
    EXPECT_EQ(run({save}), 1) << kept;
    EXPECT_NE(err_.find("its saved state"), std::string::npos) << err_;
  }
}

TEST_F(replay_routing, names_a_decision_that_was_taken_from_something_else) {
  morning acme("acme");
  acme.goes_on(10);
  auto journal = acme.events;
  const auto decided = std::find_if(journal.rbegin(), journal.rend(),
                                    [](const auto& e) { return e.type == event_type::routing_decided; });
  ASSERT_NE(decided, journal.rend());
  auto& json = decided->decided->json;
  const auto at = json.find(R"("inputs":")") + 10;
  json[at] = json[at] == 'a' ? 'b' : 'a';
  EXPECT_EQ(run(journal), 1);
  EXPECT_NE(err_.find("the decision about conversation " + domain::to_text(decided->decided->conversation)),
            std::string::npos)
      << err_;
}

TEST_F(replay_routing, of_a_journal_without_routing_takes_nothing_again) {
  EXPECT_EQ(run({}), 0) << err_;
  EXPECT_EQ(out_, "routing  ok: 0 turns and 0 decisions of 0 brands taken again, 0 differ\n");
  EXPECT_EQ(run_on(directory_ + "/nowhere"), 1);
  EXPECT_NE(err_.find("no such directory"), std::string::npos) << err_;
}

}  // namespace
}  // namespace switchboard::cli
