// A webhook looks up its source and the account of each event: on that path nothing may allocate.

#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> allocations{0};
}

// Counts for the whole test program. Every form but the aligned ones, so that new and delete agree.
// Never inlined: GCC would see free() of what new returned and, new not being inlined there, call it a mismatch.
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(bytes);
}
void* operator new(std::size_t bytes) {
  if (void* memory = operator new(bytes, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t bytes) {
  return operator new(bytes);
}
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept {
  return operator new(bytes, std::nothrow);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}

namespace switchboard::config {
namespace {

TEST(Lookups, DoNotAllocate) {
  settings s;
  const std::string long_id(60, 's');
  s.sources.push_back({{long_id}, source_kind::meta, {"x"}, "v"});
  s.accounts.push_back({{"a"}, {"b"}, {long_id}, domain::platform::whatsapp, std::string(40, '7'), ""});
  s.index();

  const std::size_t before = allocations.load();
  bool found = true;
  for (int i = 0; i < 100; ++i) {
    const source_settings* source = s.find_source(long_id);
    found = found && source &&
            s.find_account(source->id.value, domain::platform::whatsapp, s.accounts[0].platform_id);
    found = found && !s.find_account(source->id.value, domain::platform::facebook, s.accounts[0].platform_id);
  }
  const std::size_t after = allocations.load();
  EXPECT_TRUE(found);
  EXPECT_EQ(after - before, 0u);
  EXPECT_GT(before, 0u) << "the counter does not count";
}

}  // namespace
}  // namespace switchboard::config
