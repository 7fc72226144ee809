#include "actors/eraser.hpp"

#include "actors/awaited.hpp"
#include "actors/wall_clock.hpp"
#include "domain/erasing.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"

#include <pthread.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace switchboard::actors {

namespace {

using namespace std::chrono_literals;

/// Beyond so many that wait, whoever comes is told to come again.
constexpr std::size_t requests_max = 1'000;
/// So many are made one promise, and share one pass over the log.
constexpr std::size_t served_at_once = 256;
/// So many threads of a customer are asked at a time.
constexpr std::size_t asked_at_once = 64;
/// What failed is tried again so much later.
constexpr auto retry_interval = 10s;
/// How often the views are looked at while they catch up: they do so every 50 ms.
constexpr auto look_again = 2ms;

}  // namespace

eraser::eraser(eraser_links links) : links_(std::move(links)) {
  try {
    hide_what_is_left();
  } catch (const storage::views_failure& e) {
    stopping_ = true;  // the node ends
    links_.on_fatal(std::string("views: ") + e.what(), e.damaged);
    return;
  }
  shredder_ = std::thread([this] { run_shredder(); });
  thread_ = std::thread([this] { run(); });
}

eraser::~eraser() {
  stop();
}

void eraser::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_.store(true, std::memory_order_release);
  }
  wake_.notify_one();
  wake_shredder_.notify_one();
  if (thread_.joinable()) thread_.join();
  if (shredder_.joinable()) shredder_.join();
}

void eraser::erase(std::string brand, std::string customer, answer reply) {
  auto refused = erase_state::failed;
  {
    const std::lock_guard lock{mutex_};
    if (!stopping_.load(std::memory_order_acquire)) {
      refused = erase_state::busy;
      if (requests_.size() < requests_max) {
        requests_.push_back({std::move(brand), std::move(customer), std::move(reply)});
        wake_.notify_one();
        return;
      }
    }
  }
  reply(refused);
}

std::chrono::seconds eraser::oldest() const {
  const auto since = oldest_s_.load(std::memory_order_relaxed);
  if (since == 0) return 0s;
  const auto age = std::chrono::floor<std::chrono::seconds>(wall_clock()).time_since_epoch().count() - since;
  return std::chrono::seconds{std::max<std::int64_t>(0, age)};
}

// -- the eraser's thread
// ---------------------------------------------------------------------------------------

void eraser::run() {
  pthread_setname_np(pthread_self(), "eraser");
  bool owed = pending() > 0;
  for (;;) {
    if (owed) owed = !try_again();
    std::vector<request> some;
    {
      std::unique_lock lock{mutex_};
      const auto called = [this] { return !requests_.empty() || stopping_; };
      if (owed) {
        wake_.wait_for(lock, retry_interval, called);
      } else {
        wake_.wait(lock, called);
      }
      const auto n = stopping_ ? requests_.size() : std::min(requests_.size(), served_at_once);
      some.assign(std::make_move_iterator(requests_.begin()),
                  std::make_move_iterator(requests_.begin() + static_cast<std::ptrdiff_t>(n)));
      requests_.erase(requests_.begin(), requests_.begin() + static_cast<std::ptrdiff_t>(n));
    }
    if (!stopping_) {
      owed = !serve(std::move(some)) || owed;
      continue;
    }
    for (const auto& r : some) r.reply(erase_state::failed);
    return;
  }
}

/// What was promised before the node ended, or what failed on the way.
bool eraser::try_again() {
  try {
    return carry_out(true);
  } catch (const storage::views_failure& e) {
    links_.on_fatal(std::string("views: ") + e.what(), e.damaged);
  } catch (const std::exception& e) {
    links_.of.on_problem(std::string("an erasure failed and is tried again: ") + e.what());
  }
  return false;
}

bool eraser::serve(std::vector<request>&& requests) {
  bool kept = false;
  try {
    // Nobody may be unknown who was acknowledged before he was asked to be erased.
    kept = applied_all() && promise(requests) && (requests.empty() || carry_out(false));
  } catch (const storage::views_failure& e) {
    links_.on_fatal(std::string("views: ") + e.what(), e.damaged);
  } catch (const std::exception& e) {
    links_.of.on_problem(std::string("an erasure failed and is answered 503: ") + e.what());
  }
  for (const auto& r : requests) r.reply(kept ? erase_state::pending : erase_state::failed);
  return kept;
}

void eraser::hide_what_is_left() {
  const auto left = links_.views.erasures_behind(links_.journal.erased_up_to(), SIZE_MAX);
  if (left.empty()) return;
  std::vector<domain::dead_letter_id> letters;
  links_.views.each_dead_letter([&](const domain::dead_letter& d) {
    if (d.erased) letters.push_back(d.id);
  });
  hide(things_of(left, letters));
  count(left);
}

/// Answers those that need none; the others are left in `requests`. False: it could not be made durable.
bool eraser::promise(std::vector<request>& requests) {
  std::vector<std::shared_ptr<storage::record>> records;
  std::vector<std::optional<erase_state>>
      known;  // nobody is answered before all could be read: an error answers all
  const auto asked = wall_clock();
  for (const auto& r : requests) {
    const auto row = links_.views.customer_json(r.brand, r.customer);
    if (!row) {
      const auto before = links_.views.find_erasure(r.brand, r.customer);
      const bool still = before && before->by > links_.journal.erased_up_to();
      known.emplace_back(!before ? erase_state::not_found : still ? erase_state::pending : erase_state::done);
      continue;
    }
    const auto who = storage::decode_customer(*row);
    if (!who) throw storage::views_failure({"customers: " + who.error().what, true});
    const auto e = domain::erase_customer(*who, asked);
    records.push_back(std::make_shared<storage::record>(storage::encode(e, links_.of.name)));
    known.emplace_back();
  }
  std::vector<request> left;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i]) {
      requests[i].reply(*known[i]);
    } else {
      left.push_back(std::move(requests[i]));
    }
  }
  requests = std::move(left);
  if (records.empty()) return true;
  awaited durable{1};
  const auto last = links_.of.writer->submit(
      records, {.ticket = nullptr,
                .then = durable.settled([](commit_state s) { return s == commit_state::durable; })});
  return durable.wait(stopping_) && applied(last);
}

bool eraser::carry_out(bool again) {
  const auto erasures = links_.views.erasures_behind(links_.journal.erased_up_to(), SIZE_MAX);
  count(erasures);
  std::vector<domain::dead_letter_id> letters;
  if (!erase_threads(erasures) || !erase_letters(erasures, letters, again) || !applied_all()) return false;
  job j;
  j.up_to = links_.tail.applied();
  j.erasures = erasures;
  j.things = hide(things_of(erasures, letters));
  links_.tail.replace(j.up_to, [&](const storage::record& r) {
    return j.things->covers(r.bytes, r.sequence) ? without_contents(r, links_.of.hash_seed) : nullptr;
  });
  {
    const std::lock_guard lock{mutex_};
    // Letters of a job that did not begin yet are found no more: they are erased already.
    if (!jobs_.empty()) letters.insert(letters.end(), jobs_[0].letters.begin(), jobs_[0].letters.end());
    j.letters = std::move(letters);
    jobs_.clear();
    jobs_.push_back(std::move(j));
  }
  wake_shredder_.notify_one();
  return true;
}

bool eraser::erase_threads(const std::vector<storage::erasure_row>& erasures) {
  std::vector<act_ptr> acts;
  for (const auto& e : erasures) {
    for (const auto& t : links_.views.threads_erased_by(e.by)) {
      if (t.up_to != 0) continue;
      auto a = std::make_shared<act>();
      a->thread = t.thread;
      a->brand = e.brand.value;
      a->what = domain::erase{.customer = e.customer, .by = e.by};
      acts.push_back(std::move(a));
    }
  }
  for (std::size_t from = 0; from < acts.size(); from += asked_at_once) {
    const auto n = std::min(asked_at_once, acts.size() - from);
    awaited answers{n};
    for (std::size_t i = from; i < from + n; ++i) {
      acts[i]->now = wall_clock();
      acts[i]->reply = answers.settled([](const command_result& r) { return !r.failed && !r.undecided; });
      links_.to_thread(acts[i]);
    }
    if (!answers.wait(stopping_)) return false;
  }
  return true;
}

/// `again`: what was withdrawn before the node ended is found by its mark.
bool eraser::erase_letters(const std::vector<storage::erasure_row>& erasures,
                           std::vector<domain::dead_letter_id>& letters, bool again) {
  std::vector<person> people;
  for (const auto& e : erasures) {
    auto& p = people.emplace_back(person{e, {}});
    for (const auto& t : links_.views.threads_erased_by(e.by)) p.threads.push_back(t.thread);
    std::sort(p.threads.begin(), p.threads.end());
  }
  std::vector<domain::dead_letter_id> found;
  links_.views.each_dead_letter([&](const domain::dead_letter& d) {
    if (d.erased ? again : names_one_of(d, people)) (d.erased ? letters : found).push_back(d.id);
  });
  for (std::size_t from = 0; from < found.size(); from += asked_at_once) {
    const auto n = std::min(asked_at_once, found.size() - from);
    awaited answers{n};
    for (std::size_t i = from; i < from + n; ++i) {
      auto q = std::make_shared<quarantined>();
      auto letter = links_.views.find_dead_letter(found[i].value);
      if (!letter) throw storage::views_failure({"dead_letters: a row went while it was read"});
      q->letter = *std::move(letter);
      q->erased_at = wall_clock();
      q->done.then = answers.settled([](commit_state s) { return s == commit_state::durable; });
      links_.to_letters(std::move(q));
    }
    if (!answers.wait(stopping_)) return false;
  }
  letters.insert(letters.end(), found.begin(), found.end());
  return true;
}

/// Another brand's letters are not for this one to withdraw; nobody's are, if they came the way that his would.
/// By the id that the customer has, or by any that leads to a thread of his.
bool eraser::names_one_of(const domain::dead_letter& d, const std::vector<person>& people) const {
  const auto settings = links_.of.settings.load(std::memory_order_acquire);
  return std::any_of(people.begin(), people.end(), [&](const person& p) {
    if (d.brand.empty()) {
      const auto account = std::find_if(settings->accounts.begin(), settings->accounts.end(),
                                        [&](const auto& a) { return a.id == p.who.account; });
      if (account != settings->accounts.end() && account->source != d.source) return false;
    } else if (d.brand != p.who.brand) {
      return false;
    }
    return domain::names(d.raw, [&](std::string_view id) {
      const auto led_to = links_.threads.led_to(p.who.account, id, d.received_at);
      if (led_to) return std::binary_search(p.threads.begin(), p.threads.end(), *led_to);
      return storage::customer_hash(links_.of.hash_seed, p.who.account.value, id) == p.who.customer;
    });
  });
}

/// Together with those that were hidden before: the shredder may still be at them.
storage::erased_things eraser::things_of(const std::vector<storage::erasure_row>& erasures,
                                         const std::vector<domain::dead_letter_id>& letters) {
  storage::erased_things things;
  {
    const std::lock_guard lock{mutex_};
    if (things_) things = *things_;
  }
  storage::log_sequence last = 0;
  for (const auto& e : erasures) {
    things.add_customer(e.customer, e.by);
    for (const auto& t : links_.views.threads_erased_by(e.by)) {
      if (t.up_to != 0) things.add_thread(t.thread, t.up_to, e.by);
    }
    last = e.by;
  }
  for (const auto& id : letters) things.add_letter(id, last);
  return things;
}

storage::erased_things_ptr eraser::hide(storage::erased_things&& things) {
  const std::lock_guard lock{mutex_};
  things_ = things.empty() ? nullptr : std::make_shared<const storage::erased_things>(std::move(things));
  links_.feed.hide(things_, links_.of.hash_seed);
  return things_;
}

bool eraser::applied(storage::log_sequence s) const {
  while (links_.tail.applied() < s) {
    if (stopping_.load(std::memory_order_acquire)) return false;
    std::this_thread::sleep_for(look_again);
  }
  return true;
}

bool eraser::applied_all() const {
  return applied(links_.tail.committed());
}

void eraser::count(const std::vector<storage::erasure_row>& erasures) {
  pending_.store(erasures.size(), std::memory_order_relaxed);
  const auto since = erasures.empty() ? domain::timestamp{} : erasures.front().at;
  oldest_s_.store(std::chrono::floor<std::chrono::seconds>(since).time_since_epoch().count(),
                  std::memory_order_relaxed);
}

}  // namespace switchboard::actors
