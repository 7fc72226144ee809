// What no single key of [[sla]] can tell: names that lead nowhere, and promises that can hardly be meant.

#include "config/known_names.hpp"

#include <algorithm>

namespace switchboard::config {
namespace {

namespace sla = domain::sla;

struct checking {
  reader& r;
  const settings& s;
  known_names brands, accounts, calendars, queues, webhooks;
};

known_names webhooks_of(const settings& s) {
  known_names known{"[[webhook]]"};
  for (const auto& w : s.webhooks) known.brand_of.emplace(w.id, w.brand.value);
  return known;
}

template <class Ids>
void check_ids(checking& c, const known_names& known, const Ids& ids, const toml::table& table,
               std::string_view key, const std::string& brand) {
  for (std::size_t i = 0; i < ids.size(); ++i)
    check_name(c.r, known, ids[i].value, {item_of(table, key, i), in_quotes(ids[i].value), brand});
}

void check_actions(checking& c, const std::vector<sla::action>& actions, const toml::table& table,
                   const std::string& brand) {
  for (const auto& a : actions) {
    const auto check = [&](const known_names& known, std::string_view word) {
      check_name(c.r, known, a.what,
                 {table.source().begin, in_quotes(std::string(word) + ":" + a.what), brand});
    };
    if (a.kind == sla::action_kind::move_queue) check(c.queues, "move_queue");
    if (a.kind != sla::action_kind::webhook) continue;
    check(c.webhooks, "webhook");
    const auto* const w = c.s.find_webhook(a.what);
    if (w == nullptr || !brand.empty() || c.s.brands.size() < 2) continue;
    c.r.warn(table.source().begin,
             in_quotes("webhook:" + a.what) + " hears brand " + in_quotes(w->brand.value) +
                 " only, and this [[sla]] fits others, too; name one of each, or give it brands");
  }
}

void check_calendar(checking& c, const sla::policy& p, const toml::table& table) {
  check_name(c.r, c.calendars, p.calendar_id,
             {position_of(table, "calendar"), "calendar = " + in_quotes(p.calendar_id), {}});
}

void check_policy(checking& c, const sla::policy& p, const toml::table& table) {
  const std::string brand = p.who.brands.size() == 1 ? p.who.brands[0].value : std::string{};
  check_ids(c, c.brands, p.who.brands, table, "brands", {});
  check_ids(c, c.accounts, p.who.accounts, table, "accounts", brand);
  check_ids(c, c.queues, p.queues, table, "queues", brand);
  check_ids(c, c.queues, p.bot_queues, table, "bot_queues", brand);
  check_calendar(c, p, table);
  bool any = false;
  for (const auto& rule : p.clocks) {
    if (!rule) continue;
    any = true;
    for (const auto& w : rule->warnings) check_actions(c, w.actions, table, brand);
    check_actions(c, rule->on_breach, table, brand);
  }
  if (!any) c.r.report(table.source().begin, "this [[sla]] promises nothing; add an [[sla.clock]]");
  if (p.start == sla::start::handoff && p.bot_queues.empty()) {
    c.r.report(position_of(table, "start"),
               "start = \"handoff\" needs bot_queues: out of which queues a conversation comes to people");
  }
}

/// Warns of what is never reached: all that it fits, one before it fits.
void check_order(checking& c, const record_tables& at) {
  const auto& all = c.s.promises;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto hides = [&](const sla_settings& earlier) {
      return earlier.policy.queues.empty() && domain::routing::covers(earlier.policy.who, all[i].policy.who);
    };
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(i);
    const auto found = std::find_if(all.begin(), end, hides);
    if (found == end) continue;
    const auto which = static_cast<std::size_t>(found - all.begin());
    c.r.warn(at.promises[i]->source().begin,
             "[[sla]] " + in_quotes(all[i].policy.id) + " is never reached: all that it fits, " +
                 in_quotes(found->policy.id) + " on " + c.r.place(at.promises[which]->source().begin) +
                 " fits before it");
  }
}

}  // namespace

void check_sla(reader& r, const record_tables& at, const settings& s) {
  checking c{r,
             s,
             names_without_brand("[[brand]]", s.brands),
             names_of("[[account]]", s.accounts),
             names_without_brand("[[calendar]]", s.calendars),
             names_of("[[queue]]", s.queues),
             webhooks_of(s)};
  check_twice(r, at.promises, s.promises, "id",
              [](const sla_settings& one) -> const std::string& { return one.policy.id; });
  for (std::size_t i = 0; i < s.promises.size(); ++i) check_policy(c, s.promises[i].policy, *at.promises[i]);
  check_order(c, at);
}

}  // namespace switchboard::config
