#pragma once
// Load of several kinds in one stream, and a book of what became of each request.

#include "cli/histogram.hpp"
#include "cli/load_generator.hpp"
#include "cli/webhook_requests.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::load {

using clock = std::chrono::steady_clock;

/// Which of several kinds of traffic the request with a number belongs to: fixed beforehand, the kinds evenly mixed
/// by their weights.
class mixture {
 public:
  explicit mixture(std::vector<double> weights);
  [[nodiscard]] std::size_t kind_of(std::uint64_t number) const { return turns_[number % turns_.size()]; }

 private:
  std::vector<std::uint16_t> turns_;
};

/// Each number's request is made by its kind's source.
class mixed_requests final : public cli::request_source {
 public:
  mixed_requests(const mixture& m, const std::vector<cli::webhook_plan>& plans);
  [[nodiscard]] std::string_view next(std::uint64_t number) override {
    return sources_[mixture_.kind_of(number)]->next(number);
  }

 private:
  const mixture& mixture_;
  std::vector<std::unique_ptr<cli::webhook_requests>> sources_;
};

/// A 200, as the client saw it: nanoseconds of the steady clock.
struct acknowledgement {
  std::uint64_t number = 0;
  std::int64_t sent = 0, ended = 0;
};

/// Of some of the traffic, in the measured part.
struct tally {
  std::uint64_t taken = 0;    ///< 200
  std::uint64_t refused = 0;  ///< 429 or 503, with Retry-After
  std::uint64_t wrong = 0;    ///< anything else that was answered: no refusal may be without Retry-After
  std::uint64_t no_answer = 0;
  cli::histogram latency;                   ///< of the taken, from when they were due
  cli::histogram refusals;                  ///< of the refused, from when they were sent
  std::vector<cli::histogram> each_second;  ///< `latency` by the second in which they were due
  /// 200s by the second in which they came.
  std::vector<std::uint64_t> taken_in_second;

  [[nodiscard]] std::uint64_t asked() const { return taken + refused + wrong + no_answer; }
};

/// Used by one generator thread; read after it.
class traffic_book final : public cli::request_book {
 public:
  /// `acks`: 200s are appended, also those of the warm-up. Null: they aren't kept.
  traffic_book(const mixture& m, std::vector<acknowledgement>* acks) : mixture_(m), acks_(acks) {}

  /// The measured part begins then; outcomes before it belong to no second.
  void begin(clock::time_point at) { from_ = at; }
  void ended(const cli::request_outcome& o) override;

  [[nodiscard]] const tally& of_first() const { return first_; }    ///< of the kind 0
  [[nodiscard]] const tally& of_others() const { return others_; }  ///< of all other kinds together
  /// 200s a second over so many seconds of the measured part, of all kinds, by when they came.
  [[nodiscard]] double goodput(std::chrono::seconds over) const;

 private:
  const mixture& mixture_;
  std::vector<acknowledgement>* acks_;
  tally first_, others_;
  clock::time_point from_;
};

struct traffic {
  mixture kinds;
  std::vector<cli::webhook_plan> plans;  ///< by kind
  std::uint64_t next_number = 0;         ///< goes on from run to run
  std::vector<acknowledgement> acks;
};

struct run_result {
  cli::load_report report;
  traffic_book book;
  clock::time_point began;  ///< of the measured part
};

/// Runs the plan with this traffic on this thread's core and waits for its end. Throws where nobody listens.
[[nodiscard]] run_result run(traffic& t, cli::load_plan plan);
/// An open loop whose generator was late says nothing: where times count it is repeated, at most three times in all.
/// The last one may be void; whoever judges it must look.
[[nodiscard]] run_result run_unless_void(traffic& t, const cli::load_plan& plan);

/// Answered a second, closed loop.
[[nodiscard]] double capacity(traffic& t, cli::load_plan plan, std::chrono::seconds duration);

[[nodiscard]] double ms(std::chrono::nanoseconds d);

}  // namespace switchboard::load
