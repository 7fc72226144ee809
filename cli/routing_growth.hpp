#pragma once
// Does what a decision costs grow no faster than the logarithm of how much there is? A table, a verdict and a plot.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::cli {

struct growth_point {
  std::uint64_t size = 0;
  std::chrono::nanoseconds cost{0};  ///< of one decision
};

struct growth {
  std::string_view of;               ///< what there is more of, e.g. "queued"
  std::vector<growth_point> points;  ///< by size, each more than 1
};

/// What the i-th point would cost if each decade cost as much as those up to the middle one: with the logarithm of the size the
/// cost is a straight line. Where it became less it is what the first one costs.
[[nodiscard]] std::chrono::nanoseconds logarithm_at(const growth& g, std::size_t i);
/// No point behind the middle costs more than that and a quarter, which is what a busy machine may add.
[[nodiscard]] bool is_logarithmic(const growth& g);

/// A line a point: its size, its cost as a bar with a | where the straight line is, and both as numbers.
[[nodiscard]] std::string growth_text(const growth& g);
/// The same as one drawing: sizes by decades, costs from zero, each growth as a line with points, and dashed its straight line.
[[nodiscard]] std::string growth_svg(const std::vector<growth>& all);
/// The power of the size that fits the costs best (least squares of both logarithms): 0 stays the same, 1 is proportional. 0 for
/// fewer than two points.
[[nodiscard]] double fitted_exponent(const growth& g);
/// What that is of the logarithm itself, over the same sizes.
[[nodiscard]] double exponent_of_logarithm(const growth& g);

}  // namespace switchboard::cli
