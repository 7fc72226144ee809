#pragma once
// From a path of member pointers to a row of the property table: the compiler knows the member's type, the
// table only its form.

#include "config/properties.hpp"

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace switchboard::config {

template <class T>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;

template <class T>
[[nodiscard]] value to_value(const T& member) {
  if constexpr (is_duration<T>) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(member).count());
  } else if constexpr (std::same_as<T, domain::routing::requeue_policy>) {
    return std::string(to_word(member));
  } else if constexpr (std::same_as<T, bool> || !std::integral<T>) {
    return member;
  } else {
    return static_cast<std::uint64_t>(member);
  }
}

template <class T>
void assign(T& member, value&& v) {
  if constexpr (is_duration<T>) {
    member = std::chrono::duration_cast<T>(milliseconds(std::get<std::uint64_t>(v)));
  } else if constexpr (std::same_as<T, domain::routing::requeue_policy>) {
    member = domain::routing::requeue_policy_of(std::get<std::string>(v)).value_or(member);
  } else if constexpr (std::same_as<T, bool> || !std::integral<T>) {
    member = std::get<T>(std::move(v));
  } else {
    member = static_cast<T>(std::get<std::uint64_t>(v));
  }
}

/// The largest value, in the unit of the table, that a member can hold.
template <class T>
[[nodiscard]] constexpr std::uint64_t capacity() {
  if constexpr (std::integral<T> && !std::same_as<T, bool>) {
    return static_cast<std::uint64_t>(std::numeric_limits<T>::max());
  } else {
    return static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  }
}

template <class T>
[[nodiscard]] constexpr std::uint64_t step_of() {
  if constexpr (is_duration<T>) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(T(1)).count());
  } else {
    return 1;
  }
}

/// Path: member pointers from settings to the value.
template <auto... Path>
[[nodiscard]] property make_property(std::string_view section, std::string_view name,
                                     std::string_view sentence, range r, bool reloadable) {
  using member = std::remove_reference_t<decltype((std::declval<settings&>().*....*Path))>;
  r.max = std::min(r.max, capacity<member>());
  return property{section,
                  name,
                  sentence,
                  r,
                  step_of<member>(),
                  reloadable,
                  [](const settings& s) { return to_value((s.*....*Path)); },
                  [](settings& s, value&& v) { assign((s.*....*Path), std::move(v)); }};
}

}  // namespace switchboard::config
