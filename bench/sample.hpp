#pragma once
// One WhatsApp text message on its way through the parts: the body as it comes in, and what each step makes of it.

#include "domain/conversation.hpp"
#include "storage/record.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace switchboard::bench {

inline constexpr const char* secret = "demo-secret";

/// The body of message `number` from customer `customer`, about 560 bytes.
[[nodiscard]] std::string whatsapp_body(std::uint64_t number, std::uint64_t customer);

/// As the conversation's owner gets it: the normalised message with the ids that the engine found.
[[nodiscard]] domain::receive whatsapp_command(std::uint64_t number, std::uint64_t customer);

/// Everything that `messages` of `customers` senders cause, decided, applied and encoded, with consecutive
/// sequences from `first`. The customers' threads are new.
[[nodiscard]] std::vector<storage::record_ptr> records_of(std::uint64_t messages, std::uint64_t customers,
                                                          storage::log_sequence first = 1);

/// A directory that is gone when the benchmark ends. Below TMPDIR: set it to the disk to be measured.
class temporary_directory {
 public:
  temporary_directory();
  ~temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace switchboard::bench
