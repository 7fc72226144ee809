// What a router leaves in the log, as damage may leave it: the first byte says as what it is read. What is read is written as the
// same again; a state that is read is one whose indexes can be built.

#include "domain/routing/archive.hpp"
#include "tests/fuzz/targets.hpp"

#include <string>

namespace switchboard::fuzz {
namespace {

using namespace domain::routing;

/// `again`: of what was read, the bytes.
template <class Read, class Again>
void check(const Read& read, std::string_view bytes, Again&& again) {
  if (!read) return hold(!read.error().empty(), "a refusal has a reason");
  hold(again(*read) == bytes, "what is read is written as it was");
}

void check_state(std::string_view bytes) {
  const auto read = load(bytes);
  if (!read) return hold(!read.error().empty(), "a refusal has a reason");
  const auto saved = save(*read);
  const auto again = load(saved);
  hold(again.has_value() && save(*again) == saved, "what is loaded can be saved and loaded");
}

}  // namespace

void run_routing(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto as = bytes.front();
  bytes.remove_prefix(1);
  const auto whole = [](const auto& read) { return encode(read); };
  if (as == 'c') check(decode_command(bytes), bytes, whole);
  if (as == 'e') check(decode_events(bytes, nullptr), bytes, whole);
  if (as == 'p') check(decode_presence(bytes), bytes, whole);
  if (as == 's') check_state(bytes);
}

}  // namespace switchboard::fuzz
