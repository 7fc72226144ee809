// The lists, held against naive models: filters, orders, pages, and the tokens of pages.
#include "views_fixture.hpp"

#include <map>

namespace switchboard::storage {
namespace {

using testing::ids;
using testing::simulation;
using testing::views_test;

TEST_F(views_test, lists_agree_with_a_naive_model_whatever_the_filter_order_and_page) {
  simulation world(6, 40);
  world.run(2500);
  fold(world.log, 41);
  testing::random_events random(66);
  std::size_t found = 0;
  for (int round = 0; round < 150; ++round) {
    conversation_query q;
    for (const auto& brand : simulation::brands())
      if (random.below(3) == 0) q.brands.push_back(brand);
    if (random.maybe())
      q.statuses = {random.one_of(domain::conversation_status::closed), domain::conversation_status::open};
    if (random.below(3) == 0) q.platforms = {domain::platform::whatsapp};
    if (random.below(3) == 0) q.accounts = {"account 1", "account 2"};
    if (random.below(3) == 0) q.tags = {random.maybe() ? "," : "a\"b", "none"};
    if (random.below(4) == 0) q.customers = {"cu_person 1"};
    if (random.below(9) == 0) q.assignees = {"nobody"};
    q.sort = static_cast<conversation_query::order>(random.below(3));
    const auto any_of = [](const auto& list, const auto& value) {
      return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
    };
    std::vector<domain::conversation> rows;
    for (const auto& [id, c] : world.conversations) {
      const bool tagged = q.tags.empty() || std::any_of(c.tags.begin(), c.tags.end(),
                                                        [&](const auto& t) { return any_of(q.tags, t); });
      if (tagged && any_of(q.brands, c.brand.value) && any_of(q.statuses, c.status) &&
          any_of(q.platforms, c.platform) && any_of(q.accounts, c.account.value) &&
          any_of(q.customers, c.customer.value) && any_of(q.assignees, c.assigned_to.value)) {
        rows.push_back(c);
      }
    }
    std::sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
      if (q.sort == conversation_query::order::priority && a.priority != b.priority)
        return a.priority > b.priority;
      if (a.updated_at != b.updated_at) return a.updated_at > b.updated_at;
      return a.id < b.id;
    });
    ids wanted;
    for (const auto& c : rows) wanted.push_back(c.id);
    found += wanted.size();
    ASSERT_TRUE(all_pages(q, 1 + random.below(20)) == wanted) << "round " << round;
  }
  EXPECT_GT(found, 200u) << "the filters must not leave everything out";
}

TEST_F(views_test, a_page_token_belongs_to_its_query) {
  simulation world(7);
  world.run(400);
  fold(world.log);
  conversation_query q;
  q.limit = 1;
  const auto first = v_->list_conversations(q);
  ASSERT_TRUE(first);
  ASSERT_FALSE(first->next.empty());
  for (const std::string& bad :
       {first->next.substr(1), first->next + "zz", std::string("00"), std::string("x")}) {
    auto other = q;
    other.after = bad;
    EXPECT_FALSE(v_->list_conversations(other)) << bad;
  }
  auto other = q;
  other.after = first->next;
  EXPECT_TRUE(v_->list_conversations(other));
  other.statuses = {domain::conversation_status::open};
  EXPECT_FALSE(v_->list_conversations(other));
}

TEST_F(views_test, messages_come_in_pages_either_way) {
  simulation world(8, 3);
  world.run(500);
  fold(world.log);
  for (const auto& [id, c] : world.conversations) {
    std::vector<std::uint64_t> wanted;
    for (const auto& [m, row] : world.messages)
      if (m.conversation == id) wanted.push_back(m.sequence);
    for (const auto order : {message_order::oldest, message_order::newest}) {
      std::vector<std::uint64_t> got;
      std::string after;
      do {
        const auto p = v_->list_messages(c.brand.value, id, 7, after, order);
        ASSERT_TRUE(p);
        EXPECT_TRUE(p->rows.size() == 7 || p->next.empty());
        for (const auto& row : p->rows) {
          const auto m = decode_message(row);
          EXPECT_TRUE(*m == world.messages[m->id]);
          got.push_back(m->id.sequence);
        }
        after = p->next;
      } while (!after.empty());
      EXPECT_EQ(got, wanted);
      std::reverse(wanted.begin(), wanted.end());
    }
  }
}

TEST_F(views_test, cursors_of_another_list_are_refused) {
  simulation world(8, 3);
  world.run(500);
  fold(world.log);
  const std::vector<std::string> acme{"acme"};
  for (const std::string bad : {"00ff", "garbage", "0000000000000000aa", "g"}) {
    for (const auto& [id, c] : world.conversations) {
      EXPECT_FALSE(v_->list_messages(c.brand.value, id, 7, bad, message_order::oldest)) << bad;
      EXPECT_FALSE(v_->list_messages(c.brand.value, id, 7, bad, message_order::newest)) << bad;
      EXPECT_FALSE(v_->list_customer_conversations(c.brand.value, c.customer.value, 7, bad)) << bad;
    }
    EXPECT_FALSE(v_->list_dead_letters({}, 7, bad)) << bad;
    EXPECT_FALSE(v_->list_dead_letters(acme, 7, bad)) << bad;
  }
  std::size_t longer = 0;
  for (const auto& [id, c] : world.conversations) {
    const auto p = v_->list_messages(c.brand.value, id, 1, "", message_order::oldest);
    if (p->next.empty()) continue;
    ++longer;
    EXPECT_FALSE(v_->list_messages(c.brand.value, id, 1, p->next, message_order::newest))
        << "a page of the other way";
  }
  EXPECT_GT(longer, 0u);
}

TEST_F(views_test, customers_have_their_row_and_their_conversations_newest_first) {
  simulation world(9);
  world.run(700);
  fold(world.log);
  std::map<std::pair<std::string, std::string>, std::vector<domain::conversation>> by_customer;
  for (const auto& [id, c] : world.conversations)
    if (!c.customer.empty()) by_customer[{c.brand.value, c.customer.value}].push_back(c);
  ASSERT_FALSE(by_customer.empty());
  for (auto& [who, list] : by_customer) {
    EXPECT_TRUE(v_->customer_json(who.first, who.second));
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
      return a.created_at != b.created_at ? a.created_at > b.created_at : a.id < b.id;
    });
    ids got;
    std::string after;
    do {
      const auto p = v_->list_customer_conversations(who.first, who.second, 2, after);
      ASSERT_TRUE(p);
      for (const auto& id : ids_of(p->rows)) got.push_back(id);
      after = p->next;
    } while (!after.empty());
    ids wanted;
    for (const auto& c : list) wanted.push_back(c.id);
    EXPECT_TRUE(got == wanted);
  }
}

TEST_F(views_test, dead_letters_newest_first_by_brand_without_their_bytes) {
  simulation world(13);
  world.run(1500);
  fold(world.log, 100);
  const auto check = [&](const std::vector<std::string>& brands) {
    std::vector<domain::dead_letter> wanted;
    for (const auto& [id, d] : world.letters)
      if (brands.empty() || std::find(brands.begin(), brands.end(), d.brand.value) != brands.end())
        wanted.push_back(d);
    std::sort(wanted.begin(), wanted.end(),
              [](const auto& a, const auto& b) { return a.received_at > b.received_at; });
    std::vector<std::string> got;
    std::string after;
    do {
      const auto p = v_->list_dead_letters(brands, 2, after);
      ASSERT_TRUE(p);
      for (const auto& row : p->rows) {
        const auto d = decode_dead_letter(row);
        ASSERT_TRUE(d);
        EXPECT_TRUE(d->raw.empty());
        got.push_back(d->id.value);
      }
      after = p->next;
    } while (!after.empty());
    ASSERT_EQ(got.size(), wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], wanted[i].id.value);
  };
  ASSERT_GT(world.letters.size(), 5u);
  check({});
  check({"acme"});
  check({"acme", "a/c"});
}

}  // namespace
}  // namespace switchboard::storage
