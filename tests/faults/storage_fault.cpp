// crash_loop's part that fails single calls of the engine.

#include "crash_loop.hpp"
#include "tests/eventually.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

namespace switchboard::faults {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Who has not ended by then goes on as if nothing had happened.
constexpr milliseconds ignored_after{1'500};

/// The line that the shim leaves when the fault is met.
struct note {
  milliseconds at{};
  std::string what;
};

std::optional<note> read_note(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string ms, operation, path;
  if (!std::getline(in, ms, '\t') || !std::getline(in, operation, '\t') || !std::getline(in, path))
    return std::nullopt;
  return note{milliseconds{std::stoll(ms)}, operation + " " + path};
}

/// Messages that were asked to be taken after `at`, and were. An answer is held to be that of the first request that
/// waits for one.
std::vector<std::string> acknowledged_behind(const std::filesystem::path& ledger, milliseconds at) {
  std::map<std::string, std::vector<milliseconds>> asked;
  std::vector<std::string> found;
  std::ifstream in(ledger);
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string what, id, customer, connection, n, hash;
    long long ms = 0;
    int status = 0;
    fields >> what >> id;
    if (what == "I") {
      fields >> customer >> connection >> n >> hash >> ms;
      asked[id].push_back(milliseconds{ms});
      continue;
    }
    fields >> status;
    auto& waiting = asked.at(id);
    if (status == 200 && waiting.front() > at) found.push_back(id);
    waiting.erase(waiting.begin());
  }
  return found;
}

}  // namespace

fault_outcome crash_loop::load_and_fail(const storage_fault& fault, bool harmless, unsigned answers) {
  if (engine_.running()) end();
  const auto file = scratch_.path() / "fault.met";
  std::filesystem::remove(file);
  connect(0, {"SWITCHBOARD_FAIL=" + fault.text(), "SWITCHBOARD_FAIL_NOTE=" + file.string()});
  fault_outcome out;
  out.end = engine_.start_or_end();
  auto ended_at = clock::now();
  if (!out.end) {
    e2e::load_plan plan;
    plan.connections = 32;
    const auto enough = load_.accepted() + answers;
    load_.start(engine_.port(), plan);
    EXPECT_TRUE(eventually([&] {
      out.end = engine_.ended();
      ended_at = clock::now();
      if (out.end) return true;
      if (const auto met = harmless ? std::nullopt : read_note(file))
        return ended_at.time_since_epoch() > met->at + ignored_after;
      return load_.accepted() >= enough;
    })) << "it neither goes on nor ends";
    if (!out.end && harmless) load_.stop();  // each has its answer
  }
  const auto met = read_note(file);
  if (met) {
    out.hit = met->what;
    if (out.end)
      out.ended_after = std::chrono::duration_cast<milliseconds>(ended_at.time_since_epoch()) - met->at;
  }
  end();
  load_.stop();
  last_end_ = fault.text() + " at " + out.hit + "; " + last_end_;
  if (met) out.acknowledged_behind = acknowledged_behind(book_.file(), met->at);
  return out;
}

}  // namespace switchboard::faults
