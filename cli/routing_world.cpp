#include "cli/routing_world.hpp"

#include <memory>
#include <string>
#include <utility>

namespace switchboard::cli {

namespace {

namespace routing = domain::routing;

constexpr std::size_t work_of_one = 5;  // 100 units, 20 each
constexpr int queues_of_one = 3, skills_of_one = 8;

routing::router_config config_of(const world_size& size, std::vector<routing::strategy> chain) {
  std::mt19937_64 random(1);
  routing::router_config c;
  for (std::size_t s = 0; s < size.skills; ++s) c.skills.push_back("s" + std::to_string(s));
  for (std::size_t q = 0; q < size.queues; ++q) {
    c.queues.push_back(
        {.id = {"q" + std::to_string(q)}, .strategies = chain, .mode = routing::offer_mode::auto_accept});
  }
  for (std::size_t a = 0; a < size.agents; ++a) {
    routing::agent_rules r{.id = {"a" + std::to_string(a)}};
    for (int i = 0; i < queues_of_one; ++i) {
      r.queues.push_back({static_cast<routing::queue_index>(random() % size.queues), 0});
    }
    for (int i = 0; i < skills_of_one && size.skills > 0; ++i) {
      r.skills.push_back({static_cast<routing::skill_index>(random() % size.skills),
                          static_cast<std::uint8_t>(1 + random() % 5)});
    }
    c.agents.push_back(std::move(r));
  }
  return c;
}

template <class F>
std::chrono::nanoseconds timed(F&& f) {
  const auto begun = std::chrono::steady_clock::now();
  f();
  return std::chrono::steady_clock::now() - begun;
}

}  // namespace

routing_world::routing_world(const world_size& size, std::vector<routing::strategy> chain) : size_(size) {
  auto c = align(config_of(size, std::move(chain)), {});
  skills_.resize(size.queues);
  for (const auto& agent : c.agents) {
    for (const auto& q : agent.queues) {
      for (const auto& k : agent.skills) skills_[q.queue].push_back(k.skill);
    }
  }
  c.version = 2;
  say(routing::tell_config{std::make_shared<const routing::router_config>(std::move(c))});
  for (routing::agent_index a = 0; a < size.agents; ++a) {
    say(routing::tell_presence{
        {.agent = a, .epoch = 1, .online = true, .scheduled = true, .channels = routing::all_channels}});
  }
}

std::uint64_t routing_world::room(std::uint64_t agents) {
  const std::uint64_t most = routing::router_config{}.conversations_max;
  return most > agents * work_of_one ? most - agents * work_of_one : 0;
}

routing::turn_result routing_world::say(const routing::router_command& c) {
  why_.clear();
  return turn(state_, c, now_, &why_);
}

routing::conversation_facts routing_world::next(bool prefers) {
  routing::conversation_facts f{.id = {{0x9e3779b97f4a7c15u * ++count_, count_ * 0xff51afd7ed558ccdu}, 1},
                                .version = 1};
  f.queue = static_cast<routing::queue_index>(random_() % size_.queues);
  f.priority = static_cast<domain::priority>(random_() % 4);
  const auto& known = skills_[f.queue];
  if (!known.empty() && random_() % 2 == 0) f.required.push_back({known[random_() % known.size()], 1});
  if (size_.skills > 0 && prefers)
    f.preferred.push_back({static_cast<routing::skill_index>(random_() % size_.skills), 2});
  now_ += std::chrono::milliseconds{1};
  return f;
}

void routing_world::come(const routing::conversation_facts& f) {
  say(routing::tell_conversation{std::make_shared<const routing::conversation_facts>(f)});
}

void routing_world::half_busy() {
  while (live_.size() < size_.agents * work_of_one / 2) {
    const auto f = next(true);
    come(f);
    live_.push_back(f.id);
  }
}

std::chrono::nanoseconds routing_world::arrival() {
  const auto f = std::make_shared<const routing::conversation_facts>(next(true));
  const auto took = timed([&] { say(routing::tell_conversation{f}); });
  say(routing::tell_left{live_[oldest_], 2});
  live_[oldest_] = f->id;
  oldest_ = (oldest_ + 1) % live_.size();
  return took;
}

void routing_world::queue_up(std::size_t waiting, std::size_t unmatchable) {
  for (std::size_t i = 0; i < unmatchable; ++i) {
    auto f = next(false);
    f.required = {{0, 9}};  // nobody's level is above 5
    come(f);
  }
  const auto all = size_.agents * work_of_one + waiting + unmatchable;
  while (state_.items.size() < all) come(next(false));
}

std::chrono::nanoseconds routing_world::release() {
  const auto draw = [&] { return static_cast<routing::agent_index>(random_() % size_.agents); };
  auto a = draw();
  while (state_.agents[a].work.empty()) a = draw();
  const auto id = state_.items[state_.agents[a].work.front()].id;
  const auto took = timed([&] { say(routing::tell_left{id, 2}); });
  come(next(false));
  return took;
}

}  // namespace switchboard::cli
