#include "net/platforms/whatsapp.hpp"

#include "net/platforms/signature.hpp"
#include "net/platforms/whatsapp_parts.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

/// Fields about the business account itself, not about anyone's conversation (WhatsApp webhooks reference).
constexpr std::array<std::string_view, 27> account_fields{"account_alerts",
                                                          "account_review_update",
                                                          "account_settings_update",
                                                          "account_update",
                                                          "automatic_events",
                                                          "business_capability_update",
                                                          "business_status_update",
                                                          "flows",
                                                          "group_lifecycle_update",
                                                          "group_participants_update",
                                                          "group_settings_update",
                                                          "group_status_update",
                                                          "history",
                                                          "message_template_components_update",
                                                          "message_template_quality_update",
                                                          "message_template_status_update",
                                                          "messaging_handovers",
                                                          "partner_solutions",
                                                          "payment_configuration_update",
                                                          "phone_number_name_update",
                                                          "phone_number_quality_update",
                                                          "security",
                                                          "smb_app_state_sync",
                                                          "template_category_update",
                                                          "template_correct_category_detection",
                                                          "tracking_events",
                                                          "user_id_update"};
static_assert(std::is_sorted(account_fields.begin(), account_fields.end()));

void unpack_inbound(const whatsapp_element& at) {
  unpack_whatsapp_message(at, false);
}
void unpack_echo(const whatsapp_element& at) {
  unpack_whatsapp_message(at, true);
}

/// The lists a value may hold. They are taken wherever they stand, whatever the field is called: Meta adds
/// fields (standby, for one) that carry the same lists.
struct known_list {
  std::string_view name;
  void (*unpack)(const whatsapp_element&);
};
constexpr std::array<known_list, 5> known_lists{{{"messages", unpack_inbound},
                                                 {"statuses", unpack_whatsapp_status},
                                                 {"message_echoes", unpack_echo},
                                                 {"user_preferences", unpack_whatsapp_preference},
                                                 {"calls", unpack_whatsapp_call}}};

void unpack_list(const whatsapp_value& in, const known_list& known, array list) {
  const bool alone = list.size() == 1;
  std::size_t index = 0;
  for (const element each : list) {
    if (in.out.full()) {
      return;
    }
    whatsapp_element at{in, {}, known.name, index++, alone};
    if (each.get(at.what) != simdjson::SUCCESS) {
      at.reject("malformed", "not an object");
      continue;
    }
    known.unpack(at);
  }
}

/// Every known list of the value. Returns whether there was anything in them.
bool unpack_lists(const whatsapp_value& in) {
  bool any = false;
  for (const auto member : in.value) {
    const auto known = std::find_if(known_lists.begin(), known_lists.end(),
                                    [&](const known_list& each) { return each.name == member.key; });
    if (known == known_lists.end() || member.value.is_null()) {
      continue;
    }
    array list;
    if (member.value.get(list) != simdjson::SUCCESS) {
      std::string pointer{in.pointer};
      pointer += "/value/";
      pointer += known->name;
      in.out.reject(pointer, "malformed", "not an array", in.account);
      any = true;
      continue;
    }
    any = any || list.begin() != list.end();
    unpack_list(in, *known, list);
  }
  return any;
}

/// Something about one customer that has no form of its own here (errors without a message, a field that is
/// new): shown in their thread as it came. It has no id, so that its own content is one: the same bytes again
/// are a redelivery.
void add_notice(const whatsapp_value& in) {
  whatsapp_person who = in.contacts.person({}, {}, true);
  const whatsapp_element at{in, in.value, {}, 0, true};
  auto& e = at.add(domain::inbound_kind::message, who, {});
  e.sender = domain::sender_type::system;
  e.sender_id = e.customer_platform_id;
  e.content_type = domain::content_type::unsupported;
  {
    payload_writer payload{e.payload};
    payload.text("field", in.field);
    payload.value("value", in.value);
    keep_user_ids(payload, who);
  }
  e.platform_message_id = in.field;
  e.platform_message_id += ':';
  e.platform_message_id += to_hex(hmac_sha256("notice", e.payload).value_or(sha256_digest{}));
}

void unpack_without_lists(const whatsapp_value& in) {
  const bool about_account = std::binary_search(account_fields.begin(), account_fields.end(), in.field);
  const bool is_messages = in.field == "messages";
  const bool has_errors = has_member(in.value, "errors");
  if (in.contacts.size() == 1 && !in.account.empty() && (!is_messages || has_errors) &&
      !in.contacts.person({}, {}, true).id.empty()) {
    add_notice(in);
  } else if (about_account || has_errors) {
    in.out.reject(in.pointer, "account-notice",
                  "about the business account, not a conversation: " + std::string{in.field}, in.account);
  } else if (is_messages) {
    in.out.reject(in.pointer, "empty", "neither messages nor statuses", in.account);
  } else {
    in.out.reject(in.pointer, "unsupported", "unknown field \"" + std::string{in.field} + '"', in.account);
  }
}

}  // namespace

void unpack_whatsapp_preference(const whatsapp_element& at) {
  if (at.ambiguous()) {
    return;
  }
  const object p = at.what;
  whatsapp_person who = at.in.contacts.person(member_id(p, "wa_id"), member_id(p, "user_id"), at.alone);
  if (who.id.empty()) {
    at.reject("malformed", "the preference names nobody");
    return;
  }
  const std::string_view category = member_text(p, "category");
  auto& e = at.add(domain::inbound_kind::message, who, {});
  e.sender = domain::sender_type::system;
  e.sender_id = e.customer_platform_id;
  e.content = category == "marketing_messages" ? "Marketing messages" : category;
  e.content += ": ";
  e.content += member_text(p, "value");
  e.platform_message_id = "preference:" + e.customer_platform_id + '/';
  e.platform_message_id += category;
  e.platform_message_id += '/' + member_id(p, "timestamp");
  payload_writer payload{e.payload};
  payload.value("userPreference", p);
  keep_user_ids(payload, who);
}

void unpack_whatsapp_change(unpacker& out, object, object change, std::string_view pointer) {
  const auto value = member_object(change, "value");
  if (!value) {
    out.reject(pointer, "malformed", "no value");
    return;
  }
  const auto metadata = member_object(*value, "metadata");
  std::string account = metadata ? member_id(*metadata, "phone_number_id") : std::string{};
  auto twice = duplicate_member(*value);
  if (!twice) twice = duplicate_member(change);
  if (!twice && metadata) twice = duplicate_member(*metadata);
  if (twice) {
    out.reject(pointer, "duplicate-field",
               "two members \"" + std::string{*twice} + "\" in value or metadata");
    return;
  }
  const whatsapp_value in{
      out, *value, pointer, member_text(change, "field"), std::move(account), whatsapp_contacts{*value}};
  const bool lists = std::any_of(known_lists.begin(), known_lists.end(),
                                 [&](const known_list& each) { return has_member(*value, each.name); });
  if (lists && in.account.empty()) {
    out.reject(pointer, "malformed", "no value.metadata.phone_number_id: whose messages are these?");
    return;
  }
  if (!unpack_lists(in)) {
    unpack_without_lists(in);
  }
}

}  // namespace switchboard::net::platforms
