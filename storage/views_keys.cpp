#include "storage/views_keys.hpp"

#include <chrono>

namespace switchboard::storage::keys {

namespace {

constexpr std::chrono::sys_days year_zero{std::chrono::year{0} / 1 / 1};

}  // namespace

std::uint64_t milliseconds(domain::timestamp t) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(t) - year_zero;
  return static_cast<std::uint64_t>(since.count());
}

domain::timestamp time_of(std::uint64_t milliseconds) {
  return year_zero + std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds));
}

std::string conversation(std::string_view brand, domain::conversation_id c) {
  std::string key;
  key.reserve(brand.size() + 22);
  append_name(key, brand);
  append_conversation(key, c);
  return key;
}

std::string message(std::string_view brand, domain::message_id m) {
  std::string key;
  key.reserve(brand.size() + 30);
  append_name(key, brand);
  append_conversation(key, m.conversation);
  append_number(key, m.sequence);
  return key;
}

std::string seen(domain::thread_id t, std::uint64_t fingerprint) {
  std::string key;
  key.reserve(24);
  append_thread(key, t);
  append_number(key, fingerprint);
  return key;
}

std::string customer(std::string_view brand, std::string_view customer) {
  std::string key;
  key.reserve(brand.size() + customer.size() + 4);
  append_name(key, brand);
  append_name(key, customer);
  return key;
}

std::string account(std::string_view id) {
  std::string key;
  append_name(key, id);
  return key;
}

std::string feed(std::string_view reader, std::string_view feed) {
  std::string key;
  append_name(key, reader);
  append_name(key, feed);
  return key;
}

std::string limit(const domain::kept_limit& k) {
  std::string key(1, static_cast<char>(k.of));
  append_name(key, k.whose);
  append_name(key, k.limit);
  if (k.of == domain::quota::scope::recipient) append_thread(key, k.thread);
  return key;
}

std::string agent(std::string_view brand, std::string_view id) {
  std::string key;
  append_name(key, brand);
  append_name(key, id);
  return key;
}

std::string router(std::string_view brand) {
  std::string key;
  append_name(key, brand);
  return key;
}

std::string decision(std::string_view brand, domain::conversation_id c, log_sequence at) {
  auto key = conversation(brand, c);
  append_number(key, at);
  return key;
}

std::string comment_thread(std::string_view account, std::uint64_t reference) {
  std::string key(1, hashed);
  append_name(key, account);
  append_number(key, reference);
  return key;
}

std::string alias(const domain::thread_alias& a) {
  std::string key(1, a.since ? moved : other_name);
  append_thread(key, a.key);
  if (a.since) append_number(key, milliseconds(*a.since));
  return key;
}

std::string other_name_of(domain::thread_id t) {
  std::string key(1, named_too);
  append_thread(key, t);
  return key;
}

std::string customer_erased(std::string_view brand, std::string_view customer) {
  return erased_customer + keys::customer(brand, customer);
}

std::string erasure(log_sequence by) {
  std::string key(1, erased_at);
  append_number(key, by);
  return key;
}

std::string thread_erased(domain::thread_id t) {
  std::string key(1, erased_thread);
  append_thread(key, t);
  return key;
}

std::string thread_erased_by(log_sequence by) {
  std::string key(1, erased_by);
  append_number(key, by);
  return key;
}

std::string thread_erased_by(log_sequence by, domain::thread_id t) {
  auto key = thread_erased_by(by);
  append_thread(key, t);
  return key;
}

void append_inbox_range(std::string& key, std::string_view brand, domain::conversation_status s,
                        domain::priority p) {
  append_name(key, brand);
  key += static_cast<char>(s);
  key += static_cast<char>(static_cast<int>(domain::priority::urgent) - static_cast<int>(p));
}

std::string inbox_range(std::string_view brand, domain::conversation_status s, domain::priority p) {
  std::string key;
  append_inbox_range(key, brand, s, p);
  return key;
}

std::string behind(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

std::string to_hex(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view digits) {
  const auto value = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = value(digits[i]);
    const int low = value(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

}  // namespace switchboard::storage::keys
