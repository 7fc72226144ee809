#pragma once
// Numbers as bytes, in the two orders that our formats use: little-endian inside values, big-endian in keys
// (so that RocksDB sorts them as numbers).

#include <cstddef>
#include <cstdint>

namespace switchboard::storage {

namespace detail {
template <class Number>
void put_little(char* out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i)
    out[i] = static_cast<char>(static_cast<unsigned char>(number >> (8 * i) & 0xff));
}
template <class Number>
[[nodiscard]] Number get_little(const char* in) {
  Number number = 0;
  for (std::size_t i = sizeof number; i-- > 0;)
    number = static_cast<Number>(number << 8 | static_cast<unsigned char>(in[i]));
  return number;
}
}  // namespace detail

inline void put_u16(char* out, std::uint16_t n) {
  detail::put_little(out, n);
}
inline void put_u32(char* out, std::uint32_t n) {
  detail::put_little(out, n);
}
inline void put_u64(char* out, std::uint64_t n) {
  detail::put_little(out, n);
}
[[nodiscard]] inline std::uint16_t get_u16(const char* in) {
  return detail::get_little<std::uint16_t>(in);
}
[[nodiscard]] inline std::uint32_t get_u32(const char* in) {
  return detail::get_little<std::uint32_t>(in);
}
[[nodiscard]] inline std::uint64_t get_u64(const char* in) {
  return detail::get_little<std::uint64_t>(in);
}

inline void put_big_u64(char* out, std::uint64_t n) {
  for (std::size_t i = 8; i-- > 0; n >>= 8) out[i] = static_cast<char>(static_cast<unsigned char>(n & 0xff));
}
[[nodiscard]] inline std::uint64_t get_big_u64(const char* in) {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < 8; ++i) n = n << 8 | static_cast<unsigned char>(in[i]);
  return n;
}

}  // namespace switchboard::storage
