#include "cli/replay_routing.hpp"

#include "cli/data_directory.hpp"
#include "cli/exit_code.hpp"
#include "cli/figures.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "config/digest.hpp"
#include "domain/routing/archive.hpp"
#include "domain/routing/framing.hpp"
#include "domain/routing/replaying.hpp"
#include "storage/codec.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>
#include <variant>

namespace switchboard::cli {

namespace {

using domain::event_type;

constexpr std::size_t records_per_read = 1'000;
constexpr std::size_t bytes_per_read = 8u << 20;

int fail(int code, const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "switchboard replay-routing: %s\n", what.c_str());
  return code;
}

struct turn_inputs {
  domain::timestamp at =
      {};  ///< as its events say: the record's own time is to the millisecond, and deadlines are not
  std::string hash = {};
};

/// What can't be read has none; comparing says why.
turn_inputs inputs_of(const domain::routing_turn& t, std::uint64_t config_version) {
  const auto command = domain::routing::decode_command(t.command);
  if (!command) return {};
  const auto* const told = std::get_if<domain::routing::tell_config>(&*command);
  const auto events = domain::routing::decode_events(t.events, told == nullptr ? nullptr : told->config);
  if (!events || events->empty()) return {};
  std::string given;
  domain::routing::append_canonical(given, *command, events->front().at, t.sequence, config_version);
  return {.at = events->front().at, .hash = config::sha256_hex(given)};
}

/// Of a decision's JSON; empty: it was written before there was one.
std::string_view hash_in(std::string_view json) {
  constexpr std::string_view name = R"("inputs":")";
  const auto at = json.find(name);
  if (at == std::string_view::npos) return {};
  json.remove_prefix(at + name.size());
  return json.substr(0, json.find('"'));
}

std::string place(const storage::record& r, const domain::event& e, const std::string& brand) {
  return "brand " + brand + ", record " + std::to_string(r.sequence) + " of " + domain::to_rfc3339(e.at) +
         ": ";
}

/// Reads the whole journal. Returns an exit code.
int replay(const storage::event_log& log, routing_replay& all) {
  progress_bar bar;
  auto after = log.earliest() - 1;
  while (!interrupted().load()) {
    const auto page = log.read(storage::every_partition, after, records_per_read, bytes_per_read);
    // An engine beside us may trim what is not read yet.
    if (page.result == storage::log_result::trimmed) {
      return fail(exit_failed,
                  "the journal was trimmed meanwhile; stop its engine, or replay a backup of its directory");
    }
    if (page.result != storage::log_result::ok) return fail(failure_exit(page.damaged), page.detail);
    if (page.records.empty()) return exit_ok;
    for (const auto& r : page.records) {
      if (const auto what = all.take(*r)) return fail(exit_failed, *what);
    }
    after = page.records.back()->sequence;
    bar.show(static_cast<double>(after) / static_cast<double>(std::max<storage::log_sequence>(log.last(), 1)),
             after, "journal");
  }
  return fail(exit_failed, "interrupted");
}

}  // namespace

std::optional<std::string> routing_replay::take(const storage::record& r) {
  if (r.type != event_type::routing_turned && r.type != event_type::routing_saved &&
      r.type != event_type::routing_decided) {
    return std::nullopt;
  }
  auto e = storage::decode(r.bytes);
  if (!e || (!e->turn && !e->saved && !e->decided))
    return "record " + std::to_string(r.sequence) + " can't be read; see `switchboard verify`";
  const auto& name = (e->turn ? e->turn->brand : e->saved ? e->saved->brand : e->decided->brand).value;
  auto& of = brands_[name];
  const auto problem = e->turn ? take(of, *e->turn) : e->saved ? take(of, *e->saved) : take(of, *e->decided);
  if (problem) return place(r, *e, name) + *problem;
  return std::nullopt;
}

std::size_t routing_replay::brands() const {
  return static_cast<std::size_t>(
      std::count_if(brands_.begin(), brands_.end(), [](const auto& b) { return b.second.turns > 0; }));
}

std::optional<std::string> routing_replay::take(brand& of, const domain::routing_turn& t) {
  if (!of.state && t.sequence == 0) of.state.emplace();
  if (!of.state) {
    ++passed_over_;
    return std::nullopt;
  }
  if (t.sequence != of.state->sequence) {
    return "it was taken behind sequence " + std::to_string(t.sequence) +
           ", and the turns before it lead to " + std::to_string(of.state->sequence);
  }
  ++of.turns;
  ++turns_;
  auto inputs = inputs_of(t, of.state->config->version);
  of.inputs = std::move(inputs.hash);
  return domain::routing::differs(*of.state, t.command, t.events, inputs.at);
}

/// It stands behind its turn, and no other turn of its brand between them.
std::optional<std::string> routing_replay::take(const brand& of, const domain::routing_decision& d) {
  const auto logged = hash_in(d.json);
  if (logged.empty() || of.inputs.empty()) return std::nullopt;
  if (logged == of.inputs) {
    ++decisions_;
    return std::nullopt;
  }
  return "the decision about conversation " + domain::to_text(d.conversation) + " was taken from inputs " +
         std::string(logged) + ", and its turn was given " + of.inputs;
}

/// Only where the turns before it are not known: else they lead where it says, or differ.
std::optional<std::string> routing_replay::take(brand& of, const domain::routing_save& part) {
  if (of.state) return std::nullopt;
  if (part.part == 0) {
    of.loading.clear();
    of.parts = 0;
  }
  if (part.part != of.parts) return std::nullopt;  // the end of one that began before the journal does
  of.loading += part.state;
  if (++of.parts < part.parts) return std::nullopt;
  // What follows the state is about conversations that have not taken over yet what was decided.
  std::string_view save = of.loading;
  const auto bytes = domain::routing::take_text(save);
  if (!bytes) return "its saved state is cut";
  auto loaded = domain::routing::load(*bytes);
  if (!loaded) return "its saved state: " + loaded.error();
  of.state = *std::move(loaded);
  of.loading = {};
  return std::nullopt;
}

int run_replay_routing(const replay_options& options) {
  catch_interrupts();
  if (const auto why = why_no_data_directory(options.data_dir)) return fail(exit_failed, *why);
  storage::journal_options reading;
  reading.data_dir = options.data_dir;
  reading.read_only = true;
  const auto journal = storage::journal::open(reading);
  if (!journal) return fail(failure_exit(journal.error().damaged), journal.error().what);
  routing_replay all;
  if (const int code = replay(**journal, all); code != exit_ok) return code;
  std::printf("routing  ok: %s turns and %s decisions of %s brands taken again, 0 differ%s\n",
              format_count(all.turns()).c_str(), format_count(all.decisions()).c_str(),
              format_count(all.brands()).c_str(),
              all.passed_over() == 0
                  ? ""
                  : format(" (%s before the first save that the journal has whole can't be)",
                           format_count(all.passed_over()).c_str())
                        .c_str());
  return exit_ok;
}

}  // namespace switchboard::cli
