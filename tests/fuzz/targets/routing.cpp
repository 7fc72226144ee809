// What a router leaves in the log, as damage may leave it: the first byte says as what it is read. What is read is written as the
// same again; a state that is read is one whose indexes can be built.

#include "domain/routing/archive.hpp"
#include "tests/fuzz/targets.hpp"

#include <string>

namespace switchboard::fuzz {
namespace {

using namespace domain::routing;

/// What an earlier version wrote is written as the present one, which is read again as the same.
template <class Read>
void check(std::string_view bytes, Read&& read) {
  const auto found = read(bytes);
  if (!found) return hold(!found.error().empty(), "a refusal has a reason");
  const auto written = encode(*found);
  if (written.front() == bytes.front()) return hold(written == bytes, "what is read is written as it was");
  const auto again = read(written);
  hold(again.has_value() && encode(*again) == written, "what is written anew can be read");
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
  if (as == 'c') check(bytes, decode_command);
  if (as == 'e') check(bytes, [](std::string_view b) { return decode_events(b, nullptr); });
  if (as == 'p') check(bytes, decode_presence);
  if (as == 's') check_state(bytes);
}

}  // namespace switchboard::fuzz
