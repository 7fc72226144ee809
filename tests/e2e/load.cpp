#include "load.hpp"

#include <chrono>
#include <random>

namespace switchboard::e2e {

namespace {

constexpr std::size_t recent_max = 512;
constexpr std::string_view hot_customer = "4900000000";
constexpr int answer_ok = 200, answer_busy = 503, answer_over_share = 429;

}  // namespace

std::string text_of(std::string_view id) {
  std::string text = "What " + std::string(id) + " says, ";
  const auto h = hash_of(id);
  text.append(h % 200, static_cast<char>('a' + h % 26));  // sizes differ, so that offsets on disk do
  return text;
}

void load::start(std::uint16_t port, const load_plan& plan) {
  stop();
  stopping_ = false;
  ++round_;
  if (counts_.size() < plan.connections) counts_.resize(plan.connections);
  for (unsigned i = 0; i < plan.connections; ++i) {
    threads_.emplace_back([this, i, port, plan] { run(i, port, plan); });
  }
}

void load::stop() {
  stopping_ = true;
  threads_.clear();
}

int load::resend(http_connection& c, const std::string& id, const ledger_entry& entry) const {
  book_.intend(id, entry.customer, entry.connection, entry.n, entry.hash);
  const auto a = deliver(c, "meta", whatsapp_text(acme_number, entry.customer, id, text_of(id)));
  book_.answered(id, a.status);
  return a.status;
}

bool load::send_until_taken(http_connection& c, const sent& message) {
  while (!stopping_) {
    const int status = resend(c, message.id, message.entry);
    if (status == answer_ok) {
      ++accepted_;
      return true;
    }
    if (status == 0) {
      ++broken_;
      return false;
    }
    if (status != answer_busy && status != answer_over_share) {
      ++refused_;
      return false;
    }
  }
  return false;
}

void load::remember(const sent& message) {
  const std::lock_guard lock{mutex_};
  if (recent_.size() < recent_max) {
    recent_.push_back(message);
  } else {
    recent_[recent_at_++ % recent_max] = message;
  }
}

bool load::recall(std::uint64_t random, sent& into) {
  const std::lock_guard lock{mutex_};
  if (recent_.empty()) return false;
  into = recent_[random % recent_.size()];
  return true;
}

void load::run(unsigned connection, std::uint16_t port, load_plan plan) {
  std::mt19937_64 random{seed_ ^ (round_ << 32) ^ (connection + 1) * 0x9E3779B97F4A7C15ULL};
  const auto percent = [&random](unsigned p) { return random() % 100 < p; };
  http_connection c(port);
  auto& count = counts_[connection];
  const auto gap = std::chrono::nanoseconds{std::chrono::seconds{1}} * plan.connections / plan.per_second;
  auto next = std::chrono::steady_clock::now() + gap * static_cast<int>(random() % 100) / 100;
  while (!stopping_) {
    std::this_thread::sleep_until(next);  // the pace; a late one doesn't make the following ones hurry
    next = std::max(next + gap, std::chrono::steady_clock::now());
    sent message;
    const bool again = percent(plan.duplicate_percent) && recall(random(), message);
    if (!again) {
      message.entry.connection = connection;
      message.entry.n = ++count;
      message.id = "wamid." + std::to_string(connection) + "." + std::to_string(message.entry.n);
      message.entry.hash = hash_of(text_of(message.id));
      message.entry.customer = percent(plan.hot_percent) ? std::string(hot_customer)
                                                         : "49" + std::to_string(connection) + "000" +
                                                               std::to_string(random() % plan.customers_each);
    }
    if (!send_until_taken(c, message)) return;
    if (!again) remember(message);
  }
}

}  // namespace switchboard::e2e
