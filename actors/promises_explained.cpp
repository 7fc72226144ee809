#include "actors/promises_explained.hpp"

#include "domain/sla/explaining.hpp"
#include "storage/codec.hpp"
#include "storage/views.hpp"

namespace switchboard::actors {

std::optional<std::string> explain_promises(const storage::views& views, std::string_view brand,
                                            const domain::conversation_id& id,
                                            const domain::sla::policies& in_force, domain::timestamp now) {
  const auto json = views.conversation_json(brand, id);
  if (!json) return std::nullopt;
  const auto found = storage::decode_conversation(*json);
  if (!found) throw storage::views_failure({"conversation " + to_text(id) + ": " + found.error().what, true});
  return domain::sla::explain(id, found->sla ? *found->sla : domain::sla::clocks{}, in_force, now);
}

}  // namespace switchboard::actors
