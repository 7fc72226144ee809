#include "traffic.hpp"

#include "times.hpp"

#include <algorithm>
#include <stdexcept>

namespace switchboard::load {

namespace {

/// A prime: it has nothing in common with a source's number of customers, so each kind comes to all of its own.
constexpr std::size_t turns = 4'001;

std::size_t second_of(clock::time_point from, clock::time_point at) {
  return static_cast<std::size_t>(std::chrono::duration_cast<std::chrono::seconds>(at - from).count());
}

template <class T>
T& slot(std::vector<T>& all, std::size_t n) {
  if (all.size() <= n) all.resize(n + 1);
  return all[n];
}

}  // namespace

double ms(std::chrono::nanoseconds d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

/// Whoever is furthest behind its weight has the next turn.
mixture::mixture(std::vector<double> weights) : turns_(turns) {
  double sum = 0;
  for (const double w : weights) sum += w;
  std::vector<double> credit(weights.size());
  for (auto& turn : turns_) {
    for (std::size_t k = 0; k < weights.size(); ++k) credit[k] += weights[k] / sum;
    const auto most = std::max_element(credit.begin(), credit.end());
    *most -= 1;
    turn = static_cast<std::uint16_t>(most - credit.begin());
  }
}

mixed_requests::mixed_requests(const mixture& m, const std::vector<cli::webhook_plan>& plans) : mixture_(m) {
  for (const auto& p : plans) sources_.push_back(std::make_unique<cli::webhook_requests>(p));
}

void traffic_book::ended(const cli::request_outcome& o) {
  auto& t = mixture_.kind_of(o.number) == 0 ? first_ : others_;
  if (o.status == 200 && o.as_expected) {
    if (acks_ != nullptr)
      acks_->push_back({o.number, o.sent.time_since_epoch().count(), o.ended.time_since_epoch().count()});
    if (o.ended >= from_) ++slot(t.taken_in_second, second_of(from_, o.ended));
  }
  if (!o.counted) return;
  if (o.status == 200 && o.as_expected) {
    ++t.taken;
    t.latency.record(o.ended - o.intended);
    slot(t.each_second, second_of(from_, o.intended)).record(o.ended - o.intended);
  } else if ((o.status == 429 || o.status == 503) && o.retry_after) {
    ++t.refused;
    t.refusals.record(o.ended - o.sent);
  } else {
    ++(o.status == 0 ? t.no_answer : t.wrong);
  }
}

double traffic_book::goodput(std::chrono::seconds over) const {
  std::uint64_t sum = 0;
  for (const auto* t : {&first_, &others_}) {
    const auto n = std::min(t->taken_in_second.size(), static_cast<std::size_t>(over.count()));
    for (std::size_t i = 0; i < n; ++i) sum += t->taken_in_second[i];
  }
  return static_cast<double>(sum) / static_cast<double>(over.count());
}

run_result run(traffic& t, cli::load_plan plan) {
  run_result r{{}, traffic_book(t.kinds, &t.acks), {}};
  plan.first_number = t.next_number;
  plan.book = &r.book;
  plan.expect_body = "\"quarantined\":0";
  plan.on_start = [&](clock::time_point at) { r.book.begin(r.began = at + plan.warm_up); };
  auto report = cli::generate(plan, [&] { return std::make_unique<mixed_requests>(t.kinds, t.plans); });
  if (!report) throw std::runtime_error(report.error());
  t.next_number += report->sent_in_all;
  r.report = *std::move(report);
  return r;
}

run_result run_unless_void(traffic& t, const cli::load_plan& plan) {
  const int tries_max = times_count() ? 3 : 1;
  for (int i = 1;; ++i) {
    auto r = run(t, plan);
    if (!r.report.is_void() || i == tries_max) return r;
  }
}

double capacity(traffic& t, cli::load_plan plan, std::chrono::seconds duration) {
  plan.rate = 0;
  plan.duration = duration;
  return run(t, plan).report.per_second();
}

}  // namespace switchboard::load
