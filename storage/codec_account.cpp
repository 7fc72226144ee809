// What is in the log about whether an account can do its work. Grammar: codec.cpp.
#include "storage/codec.hpp"
#include "storage/codec_read.hpp"
#include "storage/codec_write.hpp"

namespace switchboard::storage::codec {

namespace {

template <class State, class Read>
void read_state(State& into, Read read, ondemand::value v) {
  const auto said = text(v);
  const auto known = read(said);
  if (!known) throw malformed("unknown word \"" + std::string(said) + "\"");
  into = *known;
}

domain::feed_gap read_gap(ondemand::object o) {
  domain::feed_gap gap;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "feed")
      assign(gap.feed, v);
    else if (key == "from")
      gap.from = time(v);
    else if (key == "to")
      gap.to = time(v);
  });
  return gap;
}

}  // namespace

void write_account(std::string& out, const domain::account_health& a) {
  domain::json_object o{out};
  o.text("id", a.account.value);
  o.text("brand", a.brand.value);
  o.text("platform", to_word(a.platform));
  o.text("access", to_word(a.access));
  if (a.access == domain::access_state::refused) o.text("refusedFor", to_word(a.refused_for));
  o.text("subscription", to_word(a.subscription));
  o.text("handshake", to_word(a.handshake));
  o.text_if("subscriptionNote", a.subscription_note);
  if (a.revoked_at) o.text("revokedAt", domain::to_rfc3339(*a.revoked_at));
  if (a.gap) {
    o.key("gap");
    domain::json_object gap{out};
    gap.text("feed", a.gap->feed);
    gap.text("from", domain::to_rfc3339(a.gap->from));
    gap.text("to", domain::to_rfc3339(a.gap->to));
    gap.end();
  }
  o.text_if("detail", a.detail);
  o.text("since", domain::to_rfc3339(a.since));
  o.end();
}

domain::account_health read_account(ondemand::object o) {
  domain::account_health a;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "id")
      assign(a.account.value, v);
    else if (key == "brand")
      assign(a.brand.value, v);
    else if (key == "platform")
      a.platform = word<domain::platform>(v);
    else if (key == "access")
      read_state(a.access, domain::access_from_word, v);
    else if (key == "refusedFor")
      read_state(a.refused_for, domain::access_use_from_word, v);
    else if (key == "subscription")
      read_state(a.subscription, domain::subscription_from_word, v);
    else if (key == "handshake")
      read_state(a.handshake, domain::handshake_from_word, v);
    else if (key == "subscriptionNote")
      assign(a.subscription_note, v);
    else if (key == "revokedAt")
      a.revoked_at = time(v);
    else if (key == "gap")
      a.gap = read_gap(ondemand::object(v));
    else if (key == "detail")
      assign(a.detail, v);
    else if (key == "since")
      a.since = time(v);
  });
  return a;
}

}  // namespace switchboard::storage::codec
