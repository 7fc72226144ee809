#include "net/platforms/unpacker.hpp"

#include "net/platforms/source_map.hpp"

#include <utility>

namespace switchboard::net::platforms {
namespace {

std::string located(std::string_view pointer, std::string_view detail) {
  std::string text;
  text.reserve(pointer.size() + 2 + detail.size());
  text += pointer;
  if (!pointer.empty() && !detail.empty()) {
    text += ": ";
  }
  text += detail;
  return text;
}

}  // namespace

unpacker::unpacker(domain::unpacked_body& out, std::string_view body, const parse_limits& limits,
                   domain::timestamp received_at)
    : out_(out), body_(body), limits_(limits), received_at_(received_at) {}

unpacker::~unpacker() = default;

bool unpacker::count_one() {
  overflow_ = overflow_ || out_.events.size() + out_.rejected.size() >= limits_.events_max;
  return !overflow_;
}

domain::inbound_event& unpacker::add() {
  if (count_one()) {
    return out_.events.emplace_back();
  }
  unseen_ = std::make_unique<domain::inbound_event>();
  return *unseen_;
}

std::string unpacker::raw_of(std::string_view pointer) {
  if (body_.size() <= whole_body_bytes_max && whole_bytes_ + body_.size() <= whole_bodies_bytes_max) {
    whole_bytes_ += body_.size();
    return std::string{body_};
  }
  if (!map_) {
    map_ = std::make_unique<source_map>(body_);
  }
  if (auto narrowed = map_->narrowed(pointer)) {
    return std::move(*narrowed);
  }
  return std::string{body_};
}

void unpacker::reject(std::string_view pointer, std::string_view reason, std::string_view detail,
                      std::string_view account) {
  if (count_one()) {
    out_.rejected.push_back(
        {std::string{reason}, located(pointer, detail), raw_of(pointer), std::string{account}});
  }
}

void unpacker::revoke(std::string_view pointer, std::string_view detail, std::string_view account,
                      domain::timestamp at) {
  const auto before = out_.rejected.size();
  reject(pointer, "account-notice", detail, account);
  if (out_.rejected.size() > before) out_.rejected.back().revoked_at = at;
}

void unpacker::finish() {
  if (overflow_) {
    out_ = rejected_whole(body_, "too-many-events",
                          "more than " + std::to_string(limits_.events_max) + " events in one body");
  } else if (out_.events.empty() && out_.rejected.empty()) {
    out_ = rejected_whole(body_, "empty", "a valid document in which nothing happened");
  }
}

domain::unpacked_body rejected_whole(std::string_view body, std::string_view reason,
                                     std::string_view detail) {
  domain::unpacked_body out;
  out.rejected.push_back({std::string{reason}, std::string{detail}, std::string{body}, {}});
  return out;
}

}  // namespace switchboard::net::platforms
