#include "cli/routing_growth.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace switchboard::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

growth of(std::string_view name, double (*cost)(double)) {
  growth g{.of = name, .points = {}};
  for (std::uint64_t n = 100; n <= 1'000'000; n *= 10) {
    g.points.push_back({n, std::chrono::nanoseconds{std::llround(1'000 * cost(static_cast<double>(n)))}});
  }
  return g;
}

TEST(RoutingGrowth, is_held_against_the_logarithm) {
  EXPECT_TRUE(is_logarithmic(of("n", [](double) { return 5.0; })));
  EXPECT_TRUE(is_logarithmic(of("n", [](double n) { return std::log2(n); })));
  EXPECT_FALSE(is_logarithmic(of("n", [](double n) { return std::sqrt(n); })));
  EXPECT_FALSE(is_logarithmic(of("n", [](double n) { return std::pow(n, 0.2); })));
  EXPECT_FALSE(is_logarithmic(of("n", [](double n) { return std::log2(n) * std::log2(n); })));
  EXPECT_TRUE(is_logarithmic(of("n", [](double n) { return 3 + std::min(std::log2(n), 10.0); })))
      << "it ends";
  EXPECT_TRUE(is_logarithmic(of("n", [](double n) { return n < 1'000 ? 9.0 : 8.0; })));
  EXPECT_FALSE(is_logarithmic(of("n", [](double n) { return n < 1'000'000 ? 9.0 : 12.0; })));
  const auto g = of("n", [](double n) { return std::log10(n); });
  EXPECT_EQ(logarithm_at(g, 0), 2us);
  EXPECT_EQ(logarithm_at(g, 4), 6us);
}

TEST(RoutingGrowth, is_drawn_with_what_is_allowed) {
  auto g = of("queued", [](double) { return 2.0; });
  const auto text = growth_text(g);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);
  EXPECT_THAT(text, HasSubstr("       100 queued"));
  EXPECT_THAT(text, HasSubstr("2.0 us, the logarithm    2.0 us"));
  g.points.back().cost = 60us;
  EXPECT_THAT(growth_text(g), HasSubstr("#|####")) << "it is beyond";
  const auto svg = growth_svg({g, of("agents", [](double n) { return std::log2(n); })});
  EXPECT_THAT(svg, testing::StartsWith("<svg xmlns="));
  EXPECT_THAT(svg, testing::EndsWith("</svg>\n"));
  EXPECT_THAT(svg, HasSubstr(">1,000,000</text>"));
  EXPECT_THAT(svg, HasSubstr(">agents</text>"));
  EXPECT_THAT(svg, HasSubstr("60.0 us"));
}

TEST(RoutingGrowth, is_fitted_by_a_power_of_the_size) {
  constexpr double close = 0.001;
  EXPECT_NEAR(fitted_exponent(of("n", [](double) { return 7.0; })), 0, close);
  EXPECT_NEAR(fitted_exponent(of("n", [](double n) { return std::sqrt(n); })), 0.5, close);
  EXPECT_NEAR(fitted_exponent(of("n", [](double n) { return 3 * n; })), 1, close);
  EXPECT_NEAR(fitted_exponent(of("n", [](double n) { return 100 / std::sqrt(n); })), -0.5, 0.01);
  const auto g = of("n", [](double n) { return std::log2(n); });
  EXPECT_NEAR(fitted_exponent(g), exponent_of_logarithm(g), close);
  EXPECT_EQ(exponent_of_logarithm(of("n", [](double n) { return n; })), exponent_of_logarithm(g))
      << "it is of the sizes alone";
  growth one{.of = "n", .points = {{100, 5us}}};
  EXPECT_EQ(fitted_exponent(one), 0);
  EXPECT_EQ(fitted_exponent({.of = "n", .points = {}}), 0);
}

}  // namespace
}  // namespace switchboard::cli
