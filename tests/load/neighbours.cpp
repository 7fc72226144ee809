#include "neighbours.hpp"

#include "cli/figures.hpp"

#include <numeric>

namespace switchboard::load {

namespace {

using namespace std::chrono_literals;

void add(tally& sum, const tally& part) {
  sum.taken += part.taken;
  sum.refused += part.refused;
  sum.wrong += part.wrong;
  sum.no_answer += part.no_answer;
  sum.latency.merge(part.latency);
  sum.refusals.merge(part.refusals);
}

run_result run_neighbourhood(const rig& engine, const neighbourhood& n, const neighbour_plan& plan,
                             std::uint64_t& next_number, std::vector<acknowledgement>& acks) {
  traffic t{mixture(n.rates), n.plans, next_number, {}};
  cli::load_plan p;
  p.port = engine.port();
  p.connections = plan.connections;
  p.rate = std::accumulate(n.rates.begin(), n.rates.end(), 0.0);
  p.warm_up = plan.warm_up;
  p.duration = plan.each;
  p.overdue_max = 1s;
  auto r = run_unless_void(t, p);
  next_number = t.next_number;
  acks.insert(acks.end(), t.acks.begin(), t.acks.end());
  return r;
}

}  // namespace

double neighbour_figures::p99_ratio() const {
  return ms(beside.latency.at(0.99)) / ms(quiet.latency.at(0.99));
}

double neighbour_figures::refused_share() const {
  return static_cast<double>(beside.refused) / static_cast<double>(beside.asked());
}

neighbour_figures compare(const rig& engine, const neighbourhood& quiet, const neighbourhood& trouble,
                          const neighbour_plan& plan, std::uint64_t& next_number) {
  neighbour_figures f;
  for (int i = 0; i < plan.rounds; ++i) {
    const auto a = run_neighbourhood(engine, quiet, plan, next_number, f.acks);
    const auto b = run_neighbourhood(engine, trouble, plan, next_number, f.acks);
    if (a.report.is_void() || b.report.is_void()) f.is_void = "the generator was late";
    add(f.quiet, a.book.of_others());
    add(f.beside, b.book.of_others());
    add(f.trouble, b.book.of_first());
  }
  return f;
}

std::string text_of(const neighbour_figures& f) {
  const auto n = [](std::uint64_t v) { return static_cast<unsigned long long>(v); };
  return (f.is_void.empty() ? "" : "void, " + f.is_void + ": ") +
         cli::format(
             "the others: p50 %.2f ms, p99 %.2f in peace; p50 %.2f, p99 %.2f beside it (%.2f times), ",
             ms(f.quiet.latency.at(0.5)), ms(f.quiet.latency.at(0.99)), ms(f.beside.latency.at(0.5)),
             ms(f.beside.latency.at(0.99)), f.p99_ratio()) +
         cli::format("%llu of %llu refused; itself: %llu taken, %llu refused, %llu not answered\n",
                     n(f.beside.refused), n(f.beside.asked()), n(f.trouble.taken), n(f.trouble.refused),
                     n(f.trouble.no_answer));
}

}  // namespace switchboard::load
