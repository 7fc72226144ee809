#include "bench/sample.hpp"

#include "net/platforms/platform.hpp"
#include "storage/codec.hpp"
#include "storage/cursor.hpp"
#include "storage/hash.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <unordered_map>

namespace switchboard::bench {

namespace {
constexpr std::uint64_t hash_seed = 7;
constexpr domain::timestamp start{std::chrono::seconds(1'790'000'000)};
constexpr std::uint16_t partitions = 64;
}  // namespace

std::string whatsapp_body(std::uint64_t number, std::uint64_t customer) {
  std::array<char, 1024> text{};
  const auto n = static_cast<unsigned long long>(number), c = static_cast<unsigned long long>(customer);
  const int length = std::snprintf(
      text.data(), text.size(),
      R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":)"
      R"("whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},"contacts":)"
      R"([{"profile":{"name":"Sheena Nelson"},"wa_id":"4915%09llu"}],"messages":[{"from":"4915%09llu","id":)"
      R"("wamid.HBgNNDkxNTbench000%016llxBIAERgSNkQ5QzA1RkQA","timestamp":"1790000000","type":"text","text":{"body":)"
      R"("Hello, is the blue jacket still there in size M? I would like to pick it up today if I can."}}]},)"
      R"("field":"messages"}]}]})",
      c, c, n);
  return {text.data(), static_cast<std::size_t>(length)};
}

domain::receive whatsapp_command(std::uint64_t number, std::uint64_t customer) {
  auto unpacked = net::platforms::functions_of(net::platforms::kind::meta)
                      .normalise(whatsapp_body(number, customer), "", {}, start);
  if (unpacked.events.size() != 1) throw std::runtime_error("the sample is not understood");
  domain::receive r;
  r.inbound = std::move(unpacked.events.front());
  r.brand = {"acme"};
  r.account = {"acme-whatsapp"};
  r.customer = storage::customer_hash(hash_seed, r.account.value, r.inbound.customer_platform_id);
  r.received_at = start;
  return r;
}

std::vector<storage::record_ptr> records_of(std::uint64_t messages, std::uint64_t customers,
                                            storage::log_sequence first) {
  const storage::cursor_codec cursors{1};
  std::unordered_map<std::uint64_t, domain::thread_state> threads;
  std::vector<storage::record_ptr> out;
  for (std::uint64_t i = 0; i < messages; ++i) {
    const auto command = whatsapp_command(first + i, i % customers);
    auto& state = threads[i % customers];
    state.id = storage::thread_hash(hash_seed, command.account.value, command.inbound.thread,
                                    command.inbound.thread_key);
    auto events = domain::decide(state, command, {}, start);
    if (!events) throw std::runtime_error("the sample is refused");
    for (auto& e : *events) {
      auto r = storage::encode(e, "/switchboard");
      r.sequence = first + out.size();
      r.partition = storage::partition_of(state.id, partitions);
      cursors.write(r.bytes.data() + r.cursor_at, r.sequence);
      out.push_back(std::make_shared<const storage::record>(std::move(r)));
      domain::apply(state, std::move(e));
    }
  }
  return out;
}

temporary_directory::temporary_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "switchboard-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  path_ = pattern;
}

temporary_directory::~temporary_directory() {
  std::error_code ec;
  std::filesystem::remove_all(path_, ec);
}

}  // namespace switchboard::bench
