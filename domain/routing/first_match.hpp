#pragma once
// Where a conversation goes first: the rules of the config from the first on, and the first that fits says which queue, which
// priority and which skills. What none of them fits goes to the default.

#include "domain/routing/router_config.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain::routing {

/// What rules look at. Text as the customer wrote it.
struct subject {
  brand_id brand = {};
  domain::platform platform = domain::platform::facebook;
  account_id account = {};
  source_id source = {};
  thread_kind kind = thread_kind::dm;
  std::string language = {};  ///< "de", "pt-BR"; empty: not known
  std::vector<std::string> tags = {};
  domain::priority priority = domain::priority::medium;
  std::map<std::string, std::string> attributes = {};  ///< of the customer
  std::string text = {};
};

struct attribute_test {
  std::string name;
  std::string value;
};

/// Every test that is named must hold; in a list any one of them does. No test at all fits everything.
struct routing_rule {
  std::string name = {};
  rule_index place = no_rule;  ///< of its name in router_config::rules
  std::vector<brand_id> brands = {};
  std::vector<domain::platform> platforms = {};
  std::vector<account_id> accounts = {};
  std::vector<source_id> sources = {};
  std::vector<thread_kind> kinds = {};
  std::vector<std::string> languages = {};  ///< "pt" fits "pt-BR", not the other way round; case is nothing
  std::vector<std::string> tags = {};
  std::vector<domain::priority> priorities = {};
  std::vector<attribute_test> attributes = {};  ///< all of them
  std::vector<std::string> keywords = {};       ///< whole words or phrases; case of ASCII is nothing

  // What it sets.
  std::optional<queue_index> queue = {};
  std::optional<domain::priority> set_priority = {};
  std::vector<skill_level> required = {};
  std::vector<skill_weight> preferred = {};
};

/// The first test of a rule that does not hold.
enum class mismatch : std::uint8_t {
  none,
  brand,
  platform,
  account,
  source,
  kind,
  language,
  tag,
  priority,
  attribute,
  keyword
};
[[nodiscard]] std::string_view to_word(mismatch);

struct first_match_result {
  std::optional<std::size_t> rule = {};  ///< nullopt: none, the default
  queue_index queue = 0;
  domain::priority priority = domain::priority::medium;
  std::vector<skill_level> required = {};    ///< sorted by skill; of one named twice the higher
  std::vector<skill_weight> preferred = {};  ///< … the sum
  std::vector<mismatch> tried = {};          ///< of each rule up to the one that fits
};

[[nodiscard]] mismatch test_rule(const routing_rule& r, const subject& s);
/// Whatever fits `later` fits `earlier` as well, so that behind it `later` is never reached. false where it can't be told by
/// comparing test by test.
[[nodiscard]] bool covers(const routing_rule& earlier, const routing_rule& later);
[[nodiscard]] first_match_result first_match(const std::vector<routing_rule>& rules, const subject& s,
                                             queue_index otherwise);

}  // namespace switchboard::domain::routing
