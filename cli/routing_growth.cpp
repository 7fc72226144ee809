#include "cli/routing_growth.hpp"

#include "cli/figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace switchboard::cli {

namespace {

constexpr std::size_t bar_width = 40;
constexpr double width = 720, height = 420, margin = 70;
constexpr std::array colours{"#0072b2", "#d55e00",
                             "#009e73"};  // told apart by whoever sees fewer colours, too

double micros(std::chrono::nanoseconds d) {
  return std::chrono::duration<double, std::micro>(d).count();
}

std::chrono::nanoseconds highest(const growth& g) {
  std::chrono::nanoseconds most{1};
  for (std::size_t i = 0; i < g.points.size(); ++i)
    most = std::max({most, g.points[i].cost, logarithm_at(g, i)});
  return most;
}

}  // namespace

std::chrono::nanoseconds logarithm_at(const growth& g, std::size_t i) {
  const auto log = [&](std::size_t n) { return std::log(static_cast<double>(g.points[n].size)); };
  const auto& first = g.points.front();
  const auto middle = g.points.size() / 2;
  if (middle == 0) return first.cost;
  const auto rise = std::max(g.points[middle].cost - first.cost, std::chrono::nanoseconds{0});
  const auto decades = (log(i) - log(0)) / (log(middle) - log(0));
  return first.cost + std::chrono::nanoseconds{std::llround(static_cast<double>(rise.count()) * decades)};
}

bool is_logarithmic(const growth& g) {
  for (auto i = g.points.size() / 2; i < g.points.size(); ++i) {
    if (g.points[i].cost * 4 > logarithm_at(g, i) * 5) return false;
  }
  return true;
}

std::string growth_text(const growth& g) {
  std::string out;
  const auto most = highest(g);
  const auto place = [&](std::chrono::nanoseconds d) {
    return static_cast<std::size_t>(static_cast<double>(bar_width - 1) * static_cast<double>(d.count()) /
                                    static_cast<double>(most.count()));
  };
  for (std::size_t i = 0; i < g.points.size(); ++i) {
    const auto& p = g.points[i];
    std::string bar(bar_width, ' ');
    std::fill_n(bar.begin(), place(p.cost) + 1, '#');
    bar[place(logarithm_at(g, i))] = '|';
    out += format("  %10s %-10s %s %6.1f us, the logarithm %6.1f us\n", format_count(p.size).c_str(),
                  i == 0 ? std::string(g.of).c_str() : "", bar.c_str(), micros(p.cost),
                  micros(logarithm_at(g, i)));
  }
  return out;
}

std::string growth_svg(const std::vector<growth>& all) {
  double least = 1e18, largest = 1;
  std::chrono::nanoseconds most{1};
  for (const auto& g : all) {
    least = std::min(least, std::log10(static_cast<double>(g.points.front().size)));
    largest = std::max(largest, std::log10(static_cast<double>(g.points.back().size)));
    most = std::max(most, highest(g));
  }
  const auto x = [&](std::uint64_t size) {
    return margin + (width - 2 * margin) * (std::log10(static_cast<double>(size)) - least) /
                        std::max(largest - least, 1e-9);
  };
  const auto y = [&](std::chrono::nanoseconds d) {
    return height - margin -
           (height - 2 * margin) * static_cast<double>(d.count()) / static_cast<double>(most.count());
  };
  std::string out = format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" font-family=\"sans-serif\" "
      "font-size=\"13\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
      width, height);
  out += format(
      "<text x=\"%.0f\" y=\"24\">Cost of a decision; dashed: a straight line, which is the "
      "logarithm</text>\n",
      margin);
  for (auto decade = std::ceil(least); decade <= largest; decade += 1) {
    const auto at = x(static_cast<std::uint64_t>(std::llround(std::pow(10, decade))));
    out += format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", at, margin, at,
                  height - margin);
    out += format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n", at, height - margin + 20,
                  format_count(static_cast<std::uint64_t>(std::llround(std::pow(10, decade)))).c_str());
  }
  for (int part = 0; part <= 4; ++part) {
    const auto cost = most * part / 4;
    out += format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", margin,
                  y(cost), width - margin, y(cost));
    out += format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.1f us</text>\n", margin - 8, y(cost) + 4,
                  micros(cost));
  }
  for (std::size_t n = 0; n < all.size(); ++n) {
    const auto& g = all[n];
    const auto* const colour = colours[n % colours.size()];
    std::string measured, allowed;
    for (std::size_t i = 0; i < g.points.size(); ++i) {
      const auto& p = g.points[i];
      measured += format("%.1f,%.1f ", x(p.size), y(p.cost));
      allowed += format("%.1f,%.1f ", x(p.size), y(logarithm_at(g, i)));
      out += format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", x(p.size), y(p.cost), colour);
    }
    out += format("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n",
                  measured.c_str(), colour);
    out += format("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-dasharray=\"4 4\"/>\n",
                  allowed.c_str(), colour);
    out += format("<text x=\"%.1f\" y=\"%.0f\" fill=\"%s\">%s</text>\n",
                  margin + 160.0 * static_cast<double>(n), height - 16, colour, std::string(g.of).c_str());
  }
  return out + "</svg>\n";
}

double fitted_exponent(const growth& g) {
  const auto n = static_cast<double>(g.points.size());
  double x_mean = 0, y_mean = 0, spread = 0, together = 0;
  const auto x = [](const growth_point& p) { return std::log(static_cast<double>(p.size)); };
  const auto y = [](const growth_point& p) {
    return std::log(static_cast<double>(std::max<std::int64_t>(p.cost.count(), 1)));
  };
  for (const auto& p : g.points) {
    x_mean += x(p) / n;
    y_mean += y(p) / n;
  }
  for (const auto& p : g.points) {
    spread += (x(p) - x_mean) * (x(p) - x_mean);
    together += (x(p) - x_mean) * (y(p) - y_mean);
  }
  return spread > 0 ? together / spread : 0;
}

double exponent_of_logarithm(const growth& g) {
  constexpr double scale = 1e6;  // a cost is whole nanoseconds
  auto logarithm = g;
  for (auto& p : logarithm.points) {
    p.cost = std::chrono::nanoseconds{std::llround(scale * std::log(static_cast<double>(p.size)))};
  }
  return fitted_exponent(logarithm);
}

}  // namespace switchboard::cli
