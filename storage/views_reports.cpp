#include "storage/views_reports.hpp"

#include "domain/reports/intervals.hpp"
#include "storage/counting.hpp"
#include "storage/hash.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace switchboard::storage {
namespace {

namespace reports = domain::reports;

constexpr std::size_t half_hours_looked_at_max = 200'000;
constexpr std::size_t rows_max = 2'000;
constexpr std::size_t slot_bytes = sizeof(std::uint64_t);
constexpr std::uint64_t kept_ms = std::chrono::milliseconds(reports_kept).count();

/// What all rows of one kind of subject of the brand begin with.
std::string range_of(std::string_view brand, report_subject of) {
  std::string key;
  keys::append_name(key, brand);
  key += static_cast<char>(of);
  return key;
}

/// By what a page token is told from another query's. Times are not part of it: "until now" moves on from page to page.
std::uint64_t checksum_of(const report_query& q) {
  std::string all = "reports";
  all += static_cast<char>(q.of);
  for (const auto& brand : q.brands) keys::append_name(all, brand);
  return checksum(all);
}

/// The rows of one snapshot with what waits laid over them, in the order of keys.
class laid_over {
 public:
  laid_over(const views_store& store, std::unique_ptr<rocksdb::Iterator> rows,
            const std::map<std::string, std::shared_ptr<const report_figures>, std::less<>>& waiting)
      : store_(store), rows_(std::move(rows)), waiting_(waiting), next_(waiting_.end()) {}

  void seek(std::string_view key) {
    rows_->Seek(rocksdb::Slice(key.data(), key.size()));
    next_ = waiting_.lower_bound(key);
    look();
  }
  void next() {
    if (waits_ && is_stored_) {
      rows_->Next();
      ++next_;
    } else if (waits_) {
      ++next_;
    } else {
      rows_->Next();
    }
    look();
  }
  [[nodiscard]] bool valid() const { return waits_ || is_stored_; }
  [[nodiscard]] std::string_view key() const {
    return waits_ ? std::string_view(next_->first) : rows_->key().ToStringView();
  }
  [[nodiscard]] report_figures figures() const {
    if (waits_) return *next_->second;
    report_figures f;
    if (!read_report(rows_->value().ToStringView(), f)) {
      store_.damaged("reports: a row that is none, at " + keys::to_hex(key()));
    }
    return f;
  }

 private:
  /// Which of the two is next; both, where what waits is a row already.
  void look() {
    if (!rows_->Valid()) store_.check(*rows_, column::reports);
    is_stored_ = rows_->Valid();
    waits_ = next_ != waiting_.end();
    if (!is_stored_ || !waits_) return;
    const auto order = rows_->key().ToStringView().compare(next_->first);
    if (order < 0) waits_ = false;
    if (order > 0) is_stored_ = false;
  }

  const views_store& store_;
  std::unique_ptr<rocksdb::Iterator> rows_;
  const std::map<std::string, std::shared_ptr<const report_figures>, std::less<>>& waiting_;
  std::map<std::string, std::shared_ptr<const report_figures>, std::less<>>::const_iterator next_;
  bool waits_ = false, is_stored_ = false;
};

/// Adds half hours up to the intervals that they lie in.
class adding_up {
 public:
  adding_up(const std::vector<domain::timestamp>& edges, std::string_view brand, std::string_view subject)
      : edges_(edges), brand_(brand), subject_(subject), all_(edges.size() - 1) {}

  void add(domain::timestamp at, const reports::figures& f) {
    const auto behind = std::upper_bound(edges_.begin(), edges_.end(), at);
    auto& sum = all_[static_cast<std::size_t>(behind - edges_.begin()) - 1];
    if (!sum) sum.emplace();
    sum->merge(f);
  }
  void give(std::vector<report_row>& rows) {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (!all_[i]) continue;
      rows.push_back({.brand = std::string(brand_),
                      .subject = std::string(subject_),
                      .from = edges_[i],
                      .to = edges_[i + 1],
                      .figures = std::move(*all_[i])});
    }
  }

 private:
  const std::vector<domain::timestamp>& edges_;
  std::string_view brand_, subject_;
  std::vector<std::optional<reports::figures>> all_;
};

}  // namespace

bool report_expired(std::string_view key, std::uint64_t latest_ms) {
  if (key.size() < slot_bytes) return false;
  auto end = key.substr(key.size() - slot_bytes);
  std::uint64_t slot = 0;
  return keys::take_number(end, slot) && latest_ms > kept_ms && slot < latest_ms - kept_ms;
}

// -- folding -------------------------------------------------------------------------------------------------

void report_rows::take(const record& r) {
  const auto counted = counted_of(r);
  if (!counted)
    store_.damaged("what record " + std::to_string(r.sequence) + " counts as: " + counted.error().what);
  const auto& f = *counted;
  if (!f || r.brand.empty()) return;
  const std::lock_guard lock{mutex_};
  count(r, *f, report_subject::overview, {});
  count(r, *f, report_subject::platforms, domain::to_word(f->platform));
  if (!f->queue.empty()) count(r, *f, report_subject::queues, f->queue.value);
  if (!f->agent.empty()) count(r, *f, report_subject::agents, f->agent.value);
}

void report_rows::count(const record& r, const reports::fact& f, report_subject of,
                        std::string_view subject) {
  key_ = range_of(r.brand, of);
  keys::append_name(key_, subject);
  keys::append_number(key_, keys::milliseconds(reports::slot_of(f.at)));
  auto known = waiting_.find(key_);
  if (known == waiting_.end()) known = waiting_.emplace(key_, load(key_)).first;
  auto& row = known->second;
  if (row->through >= r.sequence) return;                                 // it was written before a crash
  if (row.use_count() > 1) row = std::make_shared<report_figures>(*row);  // a reader has it
  row->figures.add(f);
  row->through = r.sequence;
}

report_rows::figures_ptr report_rows::load(std::string_view key) const {
  auto row = std::make_shared<report_figures>();
  rocksdb::PinnableSlice value;
  if (store_.get(column::reports, key, value) && !read_report(value.ToStringView(), *row)) {
    store_.damaged("reports: a row that is none, at " + keys::to_hex(key));
  }
  return row;
}

void report_rows::add_to(rocksdb::WriteBatch& batch) const {
  std::string value;
  for (const auto& [key, row] : waiting_) {
    value.clear();
    append_report(value, *row);
    const auto done = batch.Put(store_.handle(column::reports), key, value);
    if (!done.ok()) store_.fail("a batch refused a row", done);
  }
}

void report_rows::clear() {
  const std::lock_guard lock{mutex_};
  waiting_.clear();
}

// -- readers -------------------------------------------------------------------------------------------------

report_rows::overlay report_rows::waiting_of(const report_query& q) const {
  std::vector<std::string> ranges;
  for (const auto& brand : q.brands) ranges.push_back(range_of(brand, q.of));
  overlay all;
  for (const auto& [key, row] : waiting_) {
    const auto in = [&](const std::string& range) { return key.starts_with(range); };
    if (std::ranges::any_of(ranges, in)) all.emplace(key, row);
  }
  return all;
}

expected<report_page, views_error> report_rows::report(const report_query& q) const {
  const auto query = checksum_of(q);
  const auto place = token_place(query, q.after);
  if (!place) return unexpected{foreign_cursor()};
  std::unique_lock lock{mutex_};
  const auto waiting = waiting_of(q);
  laid_over rows(store_, store_.rows(column::reports),
                 waiting);  // as of now: what is written later is in `waiting`
  lock.unlock();

  const auto latest = store_.latest_ms();
  std::map<std::string, std::string> ranges;  // in the order of keys, which is none of names
  for (const auto& brand : q.brands) ranges.emplace(range_of(brand, q.of), brand);
  const auto limit = page_rows(q.limit);
  report_page out;
  std::size_t subjects = 0, looked_at = 0;
  for (const auto& [range, brand] : ranges) {
    if (!place->empty() && keys::behind(range) <= *place) continue;
    for (rows.seek(std::max(range, *place)); rows.valid() && rows.key().starts_with(range);) {
      auto rest = rows.key().substr(range.size());
      std::string_view name;
      if (!keys::take_name(rest, name)) store_.damaged("reports: a key that is none");
      const std::string subject(name);
      auto prefix = range;
      keys::append_name(prefix, subject);
      if (subjects == limit || looked_at >= half_hours_looked_at_max || out.rows.size() >= rows_max) {
        out.next = page_token(query, prefix);
        return out;
      }
      ++subjects;
      adding_up sums(q.edges, brand, subject);
      auto first = prefix;
      keys::append_number(first, keys::milliseconds(q.edges.front()));
      const auto last = keys::milliseconds(q.edges.back());
      for (rows.seek(first); rows.valid() && rows.key().starts_with(prefix); rows.next()) {
        auto from = rows.key().substr(prefix.size());
        std::uint64_t slot = 0;
        if (!keys::take_number(from, slot)) store_.damaged("reports: a key that is none");
        if (slot >= last) break;
        if (report_expired(rows.key(), latest)) continue;
        ++looked_at;
        sums.add(keys::time_of(slot), rows.figures().figures);
      }
      sums.give(out.rows);
      rows.seek(keys::behind(std::move(prefix)));
    }
  }
  return out;
}

expected<report_page, views_error> views_on_disk::report(const report_query& q) const {
  return reports_.report(q);
}

}  // namespace switchboard::storage
