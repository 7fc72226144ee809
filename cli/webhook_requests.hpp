#pragma once
// Webhooks by the million, each one new to the engine and correctly signed, for little more than the cost of
// its HMAC: a request is built once and only its ids, its clock and its signature are written over.

#include "cli/load_generator.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::cli {

struct webhook_plan {
  std::string host = "127.0.0.1:8080";  ///< Host header
  std::string path = "/webhooks/meta";
  std::string secret = "demo-secret";
  std::string phone_number_id = "106540352242922";
  std::uint64_t customers = 50'000;
  std::uint64_t first_customer = 0;  ///< two plans with ranges apart share no conversation
  std::uint32_t messages_per_body = 1;
  std::uint64_t written_at = 0;  ///< seconds since 1970 that all of them say they were written at; 0: when they are made
  std::uint32_t run = 0;         ///< part of every id: two runs against one data directory share none
};

/// The text that stands in front of a message's number (16 hex digits) in every id of this run.
[[nodiscard]] std::string message_marker(std::uint32_t run);

/// WhatsApp text messages as the Cloud API sends them (about 560 bytes; batches as several `changes` of one
/// entry). Message `i` of body `n` has the number n * messages_per_body + i and comes from one of `customers`
/// senders, each as often as any other. One per thread.
class webhook_requests final : public request_source {
 public:
  explicit webhook_requests(const webhook_plan& plan);
  ~webhook_requests() override;
  [[nodiscard]] std::string_view next(std::uint64_t number) override;

  [[nodiscard]] std::size_t body_bytes() const { return request_.size() - body_at_; }

 private:
  struct hmac;
  struct slots {  ///< offsets in request_ of what changes in one message
    std::size_t wa_id, from, id, timestamp;
  };
  void append_message(std::string& body, std::vector<slots>& places) const;

  webhook_plan plan_;
  std::string request_;
  std::size_t signature_at_ = 0;
  std::size_t body_at_ = 0;
  std::vector<slots> slots_;
  std::unique_ptr<hmac> hmac_;
  std::uint64_t next_clock_look_ = 0;
  std::array<char, 10> seconds_{};
};

}  // namespace switchboard::cli
