#pragma once
// `switchboard bench …`: the options of its benchmarks.

#include "cli/bench.hpp"

#include <CLI/CLI.hpp>

namespace switchboard::cli {

void add_bench(CLI::App& app, bench_options& o);
/// `bench` as it was parsed. Returns an exit code.
[[nodiscard]] int run_bench(const CLI::App& bench, bench_options& o);

}  // namespace switchboard::cli
