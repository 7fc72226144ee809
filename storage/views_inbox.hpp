#pragma once
// What a list of conversations asks of each of them, answered from the few facts that its inbox row holds.

#include "storage/record.hpp"
#include "storage/views.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace switchboard::storage {

/// The facts of an inbox row, as filters want them. Views into the row.
struct inbox_facts {
  domain::platform platform = domain::platform::facebook;
  std::string_view account, assignee, queue, customer;
  std::string_view tags;  ///< JSON array
};
/// Appends the row's value, its version in front.
void append_inbox_facts(std::string& row, const inbox_facts& f);
[[nodiscard]] bool read_inbox_facts(std::string_view row, inbox_facts& f);

/// Part of a list: at most as many as were asked for.
struct inbox_rows {
  std::vector<std::string> rows;
  std::string last;   ///< the place of the last that was looked at
  bool more = false;  ///< there may be more behind it
};

struct inbox_filter {
  const conversation_query& q;
  std::vector<std::string> brands;  ///< sorted, each once
  std::vector<std::string> tags;    ///< as the codec writes them

  /// `among`: of the query's brands, or all that there are.
  inbox_filter(const conversation_query& query, std::vector<std::string> among);
  [[nodiscard]] bool wants_brand(std::string_view brand) const;
  [[nodiscard]] bool wants(domain::conversation_status s) const;
  [[nodiscard]] bool matches(const inbox_facts& f) const;
  /// Does it want its status, and match it?
  [[nodiscard]] bool takes(const domain::conversation& c) const;
  /// Can matches() say no at all?
  [[nodiscard]] bool needs_facts() const;
  /// Is what has a deadline listed elsewhere?
  [[nodiscard]] bool leaves_out_deadlines() const { return q.sort == conversation_query::order::deadline; }
  /// Do places begin with a byte, rank()? Else that is 0.
  [[nodiscard]] bool ranked() const { return q.sort == conversation_query::order::priority; }
  [[nodiscard]] char rank(domain::priority p) const;
};

}  // namespace switchboard::storage
