#include "actors/thread_finder.hpp"

#include "domain/saying.hpp"
#include "storage/hash.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace switchboard::actors {

/// The answers: from memory where it has them, else from the views.
class thread_finder::facts final : public domain::thread_facts {
 public:
  /// `keeps`: where names that the views knew are kept in memory; null: nowhere.
  facts(const thread_finder& finder, const domain::account_id& account, comment_index* keeps,
        const domain::brand_id* brand = nullptr)
      : finder_(finder), account_(account), keeps_(keeps), brand_(brand) {}

  [[nodiscard]] domain::thread_id thread_of(domain::thread_kind kind, std::string_view key) const override {
    return storage::thread_hash(finder_.hash_seed_, account_.value, kind, key);
  }
  [[nodiscard]] domain::customer_id customer_of(std::string_view platform_user_id) const override {
    return storage::customer_hash(finder_.hash_seed_, account_.value, platform_user_id);
  }
  [[nodiscard]] std::optional<domain::thread_id> thread_of_comment(
      std::string_view platform_message_id) const override;
  [[nodiscard]] std::optional<domain::thread_id> thread_of_private_answer(
      std::string_view customer_platform_id, std::string_view words) const override {
    return finder_.comments_.find(finder_.place_of_private_answer(account_, customer_platform_id, words));
  }
  [[nodiscard]] bool is_of(domain::thread_id t, const domain::customer_id& c) const override;
  [[nodiscard]] std::optional<domain::thread_id> asked_for_comment(
      std::string_view platform_message_id) const override {
    return finder_.comments_.find(finder_.place_of_asked(account_, platform_message_id));
  }
  [[nodiscard]] bool lies_in(domain::thread_id t, const domain::inbound_event& e) const override;
  [[nodiscard]] std::optional<domain::thread_alias> move_of(domain::thread_id key,
                                                            domain::timestamp at) const override;
  [[nodiscard]] std::optional<domain::thread_id> thread_named(domain::thread_id key) const override;
  [[nodiscard]] std::optional<domain::thread_id> thread_named_lately(domain::thread_id key) const override {
    return finder_.others_.find(key.low);
  }
  [[nodiscard]] std::optional<domain::thread_id> other_name_of(domain::thread_id t) const override;

 private:
  const thread_finder& finder_;
  const domain::account_id& account_;
  comment_index* const keeps_;
  const domain::brand_id* const brand_;
};

thread_finder::thread_finder(const storage::views& v, std::uint64_t hash_seed,
                             std::function<void(std::string)> on_failure)
    : views_(v), hash_seed_(hash_seed), on_failure_(std::move(on_failure)) {
  views_.each_move([this](const domain::thread_alias& a) { moves_[a.key].push_back(a); });
  any_moves_ = !moves_.empty();
}

found_thread thread_finder::find(const domain::account_id& account, const domain::inbound_event& e,
                                 const domain::brand_id& brand) {
  const facts known{*this, account, &others_, &brand};
  for (;;) {
    auto finding = domain::find_thread(e, known);
    // Where another was first to give the name to a thread, it leads there now: the second time ends it.
    if (remember(account, e, finding)) return std::move(finding.found);
  }
}

void thread_finder::expect_echo_of(const domain::conversation& c, const domain::message& m) {
  if (!domain::is_named_elsewhere_by_words(c, m)) return;
  comments_.remember(place_of_private_answer(c.account, c.customer_platform_id, m.content), c.id.thread);
}

bool thread_finder::may_tell(const domain::account_id& account, const domain::inbound_event& e) const {
  return domain::may_tell_aliases(e, facts{*this, account, nullptr});
}

std::optional<domain::thread_id> thread_finder::led_to(const domain::account_id& account,
                                                       std::string_view key, domain::timestamp at) const {
  return domain::led_to(key, at, facts{*this, account, nullptr});
}

template <class Read>
auto thread_finder::guarded(Read&& read) const -> decltype(read()) {
  try {
    return read();
  } catch (const storage::views_failure& why) {
    on_failure_(std::string("views: ") + why.what());  // from here on nothing is committed
    return {};
  }
}

std::uint64_t thread_finder::place_of_comment(const domain::account_id& account,
                                              std::string_view platform_message_id) const {
  return storage::fingerprint(hash_seed_, account.value, platform_message_id, "");
}

std::uint64_t thread_finder::place_of_asked(const domain::account_id& account,
                                            std::string_view platform_message_id) const {
  return storage::fingerprint(hash_seed_, account.value, platform_message_id, "asked");
}

std::uint64_t thread_finder::place_of_private_answer(const domain::account_id& account,
                                                     std::string_view customer_platform_id,
                                                     std::string_view words) const {
  return storage::fingerprint(hash_seed_, account.value + " private " + std::string(customer_platform_id),
                              domain::words_in(words), "answer");
}

std::uint64_t thread_finder::place_of_customer(domain::thread_id t, const domain::customer_id& c) const {
  return storage::fingerprint(hash_seed_ ^ t.high, std::to_string(t.low), c.value, "whose");
}

std::uint64_t thread_finder::place_of_event(const domain::account_id& account,
                                            const domain::inbound_event& e) const {
  return storage::fingerprint(hash_seed_, account.value + " " + std::string(to_word(e.kind)),
                              e.platform_message_id, e.version);
}

// -- what is known
// --------------------------------------------------------------------------------------------

std::optional<domain::thread_id> thread_finder::facts::thread_of_comment(
    std::string_view platform_message_id) const {
  if (platform_message_id.empty()) return std::nullopt;
  const auto place = finder_.place_of_comment(account_, platform_message_id);
  if (const auto found = finder_.comments_.find(place)) return found;
  return finder_.guarded([&] { return finder_.views_.find_thread(account_.value, platform_message_id); });
}

bool thread_finder::facts::is_of(domain::thread_id t, const domain::customer_id& c) const {
  if (finder_.comments_.find(finder_.place_of_customer(t, c)) == t) return true;
  if (brand_ == nullptr) return false;
  const auto row = finder_.guarded([&] { return finder_.views_.load_thread(brand_->value, t); });
  return row && row->current.customer == c;
}

bool thread_finder::facts::lies_in(domain::thread_id t, const domain::inbound_event& e) const {
  if (finder_.comments_.find(finder_.place_of_event(account_, e)) == t) return true;
  return finder_.guarded([&] {
    return finder_.views_.seen(
        t, storage::fingerprint(finder_.hash_seed_, to_word(e.kind), e.platform_message_id, e.version));
  });
}

std::optional<domain::thread_alias> thread_finder::facts::move_of(domain::thread_id key,
                                                                  domain::timestamp at) const {
  if (!finder_.any_moves_.load(std::memory_order_acquire)) return std::nullopt;
  const std::shared_lock lock{finder_.moves_mutex_};
  const auto moves = finder_.moves_.find(key);
  if (moves == finder_.moves_.end()) return std::nullopt;
  const auto* const latest = domain::move_at(moves->second, at);
  return latest != nullptr ? std::optional(*latest) : std::nullopt;
}

std::optional<domain::thread_id> thread_finder::facts::thread_named(domain::thread_id key) const {
  if (const auto known = thread_named_lately(key)) return known;
  const auto known = finder_.guarded([&] { return finder_.views_.find_alias(key); });
  if (!known || keeps_ == nullptr) return known;
  return keeps_->remember_first(key.low, *known);
}

std::optional<domain::thread_id> thread_finder::facts::other_name_of(domain::thread_id t) const {
  if (const auto name = finder_.names_.find(t.low)) return name;
  return finder_.guarded([&] { return finder_.views_.other_name_of(t); });
}

// -- what is remembered
// ---------------------------------------------------------------------------------------

/// False: it does not hold any more (thread_finding::first_name), and nothing was remembered.
bool thread_finder::remember(const domain::account_id& account, const domain::inbound_event& e,
                             const domain::thread_finding& finding) {
  const auto& found = finding.found;
  if (finding.first_name) {
    if (others_.remember_first(finding.first_name->low, found.thread) != found.thread) return false;
    names_.remember(found.thread.low, *finding.first_name);
  }
  for (const auto& a : found.aliases) {
    if (a.since || a.key != finding.first_name) remember_alias(a);
  }
  if (finding.remember_asked) {
    comments_.remember(place_of_asked(account, e.platform_message_id), *found.unless_in);
  }
  if (finding.remember_whose)
    comments_.remember(place_of_customer(found.thread, found.customer), found.thread);
  if (finding.remember_event) comments_.remember(place_of_event(account, e), found.thread);
  if (finding.remember_comment) {
    comments_.remember(place_of_comment(account, e.platform_message_id), found.thread);
  }
  return true;
}

void thread_finder::remember_alias(const domain::thread_alias& a) {
  if (!a.since) {
    others_.remember(a.key.low, a.thread);
    return;
  }
  const std::lock_guard lock{moves_mutex_};
  auto& moves = moves_[a.key];
  std::erase_if(moves, [&](const domain::thread_alias& old) { return old.since == a.since; });
  moves.push_back(a);
  any_moves_.store(true, std::memory_order_release);
}

}  // namespace switchboard::actors
