// Inputs of several parts are hashed as  hashed := { length: u32 little-endian, bytes }*  so that ("ab","c")
// and ("a","bc") differ. The layout is part of the data directory's format: ids on disk come from it.

#include "storage/hash.hpp"

#include <xxhash.h>

#include <array>
#include <cstring>
#include <initializer_list>
#include <new>
#include <string>

namespace switchboard::storage {
namespace {

/// The parts behind one another, on the stack where they fit: this runs several times per webhook.
class joined {
 public:
  joined(std::initializer_list<std::string_view> parts) {
    std::size_t size = 0;
    for (const std::string_view part : parts) size += prefix_size + part.size();
    char* out = fixed_.data();
    if (size > fixed_.size()) {
      large_.resize(size);
      out = large_.data();
    }
    view_ = std::string_view(out, size);
    for (const std::string_view part : parts) {
      for (std::size_t i = 0; i < prefix_size; ++i) *out++ = static_cast<char>(part.size() >> (8 * i) & 0xff);
      if (!part.empty()) std::memcpy(out, part.data(), part.size());
      out += part.size();
    }
  }
  joined(const joined&) = delete;
  joined& operator=(const joined&) = delete;

  [[nodiscard]] std::string_view view() const { return view_; }

 private:
  static constexpr std::size_t prefix_size = 4;
  std::array<char, 512> fixed_;
  std::string large_;
  std::string_view view_;
};

domain::thread_id hash128(std::uint64_t seed, std::string_view bytes) {
  const XXH128_hash_t h = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
  return {.high = h.high64, .low = h.low64};
}

std::string prefixed_base32(std::string_view prefix, domain::thread_id number) {
  std::string out(prefix);
  domain::append_base32(out, number);
  return out;
}

}  // namespace

domain::thread_id thread_hash(std::uint64_t seed, std::string_view account, domain::thread_kind kind,
                              std::string_view thread_key) {
  const char kind_byte = static_cast<char>(kind);
  const joined bytes({account, std::string_view(&kind_byte, 1), thread_key});
  return hash128(seed, bytes.view());
}

domain::customer_id customer_hash(std::uint64_t seed, std::string_view account,
                                  std::string_view platform_user_id) {
  const joined bytes({account, platform_user_id});
  return {prefixed_base32("cu_", hash128(seed, bytes.view()))};
}

std::uint16_t partition_of(domain::thread_id t, std::uint16_t partitions) {
  std::array<unsigned char, 16> key;  // big-endian, as in the id's text: the same on every machine
  for (std::size_t i = 0; i < 8; ++i) {
    key[i] = static_cast<unsigned char>(t.high >> (56 - 8 * i) & 0xff);
    key[8 + i] = static_cast<unsigned char>(t.low >> (56 - 8 * i) & 0xff);
  }
  return static_cast<std::uint16_t>(XXH64(key.data(), key.size(), 0) % partitions);
}

std::uint64_t fingerprint(std::uint64_t seed, std::string_view kind, std::string_view platform_id,
                          std::string_view version) {
  const joined bytes({kind, platform_id, version});
  return XXH3_64bits_withSeed(bytes.view().data(), bytes.view().size(), seed);
}

domain::dead_letter_id dead_letter_hash(std::uint64_t seed, std::string_view source, std::string_view detail,
                                        std::string_view raw) {
  const joined bytes({source, detail, raw});
  return {prefixed_base32("dl_", hash128(seed, bytes.view()))};
}

std::uint64_t checksum(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

struct running_checksum::state {
  XXH3_state_t* const xxh = XXH3_createState();
};

running_checksum::running_checksum() : state_(std::make_unique<state>()) {
  if (state_->xxh == nullptr) throw std::bad_alloc();
  XXH3_64bits_reset(state_->xxh);
}
running_checksum::~running_checksum() {
  XXH3_freeState(state_->xxh);
}
void running_checksum::add(std::string_view bytes) {
  XXH3_64bits_update(state_->xxh, bytes.data(), bytes.size());
}
std::uint64_t running_checksum::value() const {
  return XXH3_64bits_digest(state_->xxh);
}

}  // namespace switchboard::storage
