#include "storage/verify_views.hpp"

#include "domain/customer.hpp"
#include "storage/codec.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

namespace switchboard::storage {
namespace {

constexpr std::size_t read_records = 2000;
constexpr std::size_t read_bytes = 8u << 20;
constexpr std::size_t shown_max = 120;

/// Where the two folds are compared; removed however that ends.
struct scratch {
  std::string folded;   ///< data directory of the second fold
  std::string present;  ///< … of what there is
  ~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folded, ignored);
    std::filesystem::remove_all(present, ignored);
  }
};

/// A copy to write to. RocksDB never changes a table once it is written, so those are linked where that works.
expected<void, views_error> copy_views(const std::string& from, const std::string& to) {
  namespace fs = std::filesystem;
  try {
    fs::create_directories(to);
    for (const auto& file : fs::directory_iterator(from)) {
      const auto target = to + "/" + file.path().filename().string();
      std::error_code not_linked = std::make_error_code(std::errc::not_supported);
      if (file.path().extension() == ".sst") fs::create_hard_link(file.path(), target, not_linked);
      if (not_linked && file.is_regular_file()) fs::copy_file(file.path(), target);
    }
  } catch (const fs::filesystem_error& e) {
    return unexpected{views_error{std::string("cannot copy the views to compare them: ") + e.what()}};
  }
  return {};
}

/// For a person: what can be read of it, the rest in hexadecimal.
std::string shown(std::string_view bytes) {
  std::string out;
  for (const char c : bytes.substr(0, shown_max)) {
    if (c >= ' ' && c < 0x7f && c != '\\') {
      out += c;
    } else {
      out += "\\x" + keys::to_hex(std::string_view(&c, 1));
    }
  }
  if (bytes.size() > shown_max) out += "…";
  return out;
}

std::string describe(column c, std::string_view key, std::string_view how) {
  return std::string(to_word(c)) + ", key " + shown(key) + ": " + std::string(how);
}

std::string describe_values(column c, std::string_view key, std::string_view live, std::string_view folded) {
  const auto [a, b] = std::mismatch(live.begin(), live.end(), folded.begin(), folded.end());
  const auto at = static_cast<std::size_t>(a - live.begin());
  const auto from = at < 20 ? 0 : at - 20;
  return describe(c, key,
                  "byte " + std::to_string(at) + " differs: views have \"" + shown(live.substr(from)) +
                      "\", the journal says \"" + shown(folded.substr(std::min(from, folded.size()))) + "\"");
}

class comparison {
 public:
  comparison(const views_store& live, const views_store& folded, views_comparison& report)
      : live_(live), folded_(folded), report_(report) {}

  /// False: a difference was found and noted.
  bool column_equal(column c) {
    auto l = live_.rows(c);
    auto f = folded_.rows(c);
    l->SeekToFirst();
    f->SeekToFirst();
    while (true) {
      skip(c, live_, *l);
      skip(c, folded_, *f);
      // What ended because it could not be read on is not missing.
      if (!l->Valid()) live_.check(*l, c);
      if (!f->Valid()) folded_.check(*f, c);
      if (!l->Valid() && !f->Valid()) break;
      const int order = !l->Valid() ? 1 : !f->Valid() ? -1 : l->key().compare(f->key());
      if (order < 0) {
        // The journal no longer holds all events: the row may be of one that is gone.
        if (report_.complete) return note(describe(c, l->key().ToStringView(), "no event made this row"));
        l->Next();
        continue;
      }
      if (order > 0 && is_of_erased(c, f->key().ToStringView())) {
        f->Next();
        continue;
      }
      if (order > 0) return note(describe(c, f->key().ToStringView(), "the row is missing"));
      const auto live_value = l->value().ToStringView();
      const auto folded_value = f->value().ToStringView();
      if (live_value != folded_value && c != column::meta && !differ_in_age(c, live_value, folded_value) &&
          !(c == column::customers && grew(live_value, folded_value)) &&
          !(c == column::reports && holds_more(live_value, folded_value))) {
        return note(describe_values(c, l->key().ToStringView(), live_value, folded_value));
      }
      ++report_.rows;
      l->Next();
      f->Next();
    }
    live_.check(*l, c);
    folded_.check(*f, c);
    return true;
  }

 private:
  /// What several threads said of a customer adds up: the kept part of a trimmed journal knows only some of it.
  [[nodiscard]] bool grew(std::string_view live_row, std::string_view folded_row) const {
    if (report_.complete || live_row.empty() || folded_row.empty()) return false;
    const auto live = decode_customer(live_row.substr(1));
    auto folded = decode_customer(folded_row.substr(1));
    return live && folded && domain::seen_again(*live, std::move(*folded)) == *live;
  }
  /// Half of a half hour may lie in front of the kept part.
  [[nodiscard]] bool holds_more(std::string_view live_row, std::string_view folded_row) const {
    report_figures live, folded;
    return !report_.complete && read_report(live_row, live) && read_report(folded_row, folded) &&
           live.through == folded.through && live.figures.may_hold(folded.figures);
  }
  /// Of somebody who was erased there are no decisions, also where the kept part of a trimmed journal does not say so any more.
  [[nodiscard]] bool is_of_erased(column c, std::string_view key) const {
    std::string_view brand;
    domain::conversation_id id;
    if (report_.complete || c != column::decisions || !keys::take_name(key, brand) ||
        !keys::take_conversation(key, id)) {
      return false;
    }
    const auto row = live_.row(column::erasures, keys::thread_erased(id.thread));
    std::string_view from = row ? std::string_view(*row) : std::string_view();
    std::uint32_t up_to = 0;
    return keys::take_number(from, up_to) && id.ordinal <= up_to;
  }
  /// Dedup keys and old reports go when a compaction meets them: one side may still have an old one.
  static void skip(column c, const views_store& of, rocksdb::Iterator& i) {
    while (c == column::seen && i.Valid() && of.expired(i.value().ToStringView())) i.Next();
    while (c == column::reports && i.Valid() && report_expired(i.key().ToStringView(), of.latest_ms()))
      i.Next();
  }
  /// By how much a dedup key has aged depends on how much of the log was folded.
  [[nodiscard]] static bool differ_in_age(column c, std::string_view live, std::string_view folded) {
    constexpr std::size_t behind_time = 1 + sizeof(std::uint64_t);
    return c == column::seen && live.size() >= behind_time && live.size() == folded.size() &&
           live.front() == folded.front() && live.substr(behind_time) == folded.substr(behind_time);
  }
  bool note(std::string difference) {
    report_.difference = std::move(difference);
    return false;
  }

  const views_store& live_;
  const views_store& folded_;
  views_comparison& report_;
};

/// Folds what the journal has up to `last`.
expected<void, views_error> refold(const event_log& journal, views_on_disk& into, log_sequence last) {
  while (into.applied() < last) {
    auto read = journal.read(every_partition, into.applied(), read_records, read_bytes);
    if (read.result != log_result::ok) {
      return unexpected{views_error{"the journal cannot be read behind " + std::to_string(into.applied()) +
                                        ": " + std::string(to_word(read.result)) + " " + read.detail,
                                    read.damaged}};
    }
    std::span<const record_ptr> records = read.records;
    while (!records.empty() && records.back()->sequence > last) records = records.first(records.size() - 1);
    if (records.empty()) {
      return unexpected{views_error{"the journal ends at " + std::to_string(into.applied()), true}};
    }
    if (auto done = into.apply(records); !done) return done;
  }
  return {};
}

views_comparison compare(const event_log& journal, const views_on_disk& live, const views_on_disk& folded) {
  views_comparison report;
  report.folded_from = journal.earliest();
  report.compared_at = live.applied();
  report.complete = report.folded_from == 1;
  if (report.complete && live.conversations() != folded.conversations()) {
    report.difference = "meta: the views count " + std::to_string(live.conversations()) +
                        " conversations, the journal began " + std::to_string(folded.conversations());
    return report;
  }
  if (const auto need = live.routers_need(); need && *need < report.folded_from) {
    report.difference = "routers: one of them needs the log from " + std::to_string(*need) +
                        " on, and it starts at " + std::to_string(report.folded_from);
    return report;
  }
  comparison rows(live.store(), folded.store(), report);
  for (std::size_t i = 0; i < column_count; ++i) {
    if (live.store().opened_with().since != 0 && static_cast<column>(i) >= column::wakes) break;
    if (!rows.column_equal(static_cast<column>(i))) break;
  }
  return report;
}

}  // namespace

expected<views_comparison, views_error> verify_views(const event_log& journal, const views_options& live,
                                                     const std::string& scratch_dir) {
  std::error_code ignored;
  for (const auto& taken : {scratch_dir + "/folded", scratch_dir + "/present"}) {
    if (std::filesystem::exists(taken, ignored)) return unexpected{views_error{taken + " exists already"}};
  }
  const scratch room{scratch_dir + "/folded", scratch_dir + "/present"};
  if (auto done = copy_views(live.data_dir + "/views", room.present + "/views"); !done) {
    return unexpected{std::move(done).error()};
  }
  auto options = live;
  options.data_dir = room.present;
  auto present = views_on_disk::open(options);
  if (!present) return unexpected{views_error{present.error().what, present.error().damaged}};
  const auto covered = (*present)->applied();
  const auto last = journal.last();
  if (const auto reached = std::max(covered, (*present)->reached()); reached > last) {
    views_comparison ahead;
    ahead.folded_from = journal.earliest();
    ahead.compared_at = reached;
    ahead.difference =
        "meta: the views cover " + std::to_string(reached) + ", the journal ends at " + std::to_string(last);
    return ahead;
  }
  // As the next start would. After a crash some rows are ahead of others; only then are they of one moment.
  if (auto done = refold(journal, **present, last); !done) return unexpected{done.error()};
  // A journal that was trimmed past what the views cover has nothing to compare with.
  const auto behind = std::min(journal.earliest() - 1, covered);
  options.data_dir = room.folded;
  auto folded = views_on_disk::open(options, behind);
  if (!folded) return unexpected{views_error{folded.error().what, folded.error().damaged}};
  if (auto done = refold(journal, **folded, last); !done) return unexpected{done.error()};
  for (auto* const views : {present->get(), folded->get()}) {
    if (auto done = views->flush(); !done) return unexpected{done.error()};
  }
  try {
    return compare(journal, **present, **folded);
  } catch (const views_failure& e) {
    return unexpected{views_error{e.what(), e.damaged}};
  }
}

}  // namespace switchboard::storage
