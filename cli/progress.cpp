#include "cli/progress.hpp"

#include "cli/figures.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace switchboard::cli {

std::string progress_line(double fraction, double per_second, double seconds_left) {
  constexpr int width = 30;
  const double part = std::clamp(fraction, 0.0, 1.0);
  const int filled = static_cast<int>(std::lround(part * width));
  std::string out = "[" + std::string(static_cast<std::size_t>(filled), '=') +
                    std::string(static_cast<std::size_t>(width - filled), '-') + "] ";
  out += format("%3.0f %%  %s/s", std::floor(part * 100),
                format_count(static_cast<std::uint64_t>(per_second)).c_str());
  if (part > 0 && part < 1) out += format("  ETA %.0f s", std::ceil(seconds_left));
  return out;
}

progress_bar::progress_bar() : terminal_(::isatty(STDERR_FILENO) == 1) {}

progress_bar::~progress_bar() {
  if (drawn_) std::fputc('\n', stderr);
}

void progress_bar::show(double fraction, std::uint64_t done, const std::string& note) {
  const auto now = clock::now();
  if (!terminal_ || now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  const double elapsed = std::max(std::chrono::duration<double>(now - started_).count(), 1e-3);
  const double left = fraction > 0 ? elapsed * (1 - fraction) / fraction : 0;
  std::fprintf(stderr, "\r\033[K%s  %s",
               progress_line(fraction, static_cast<double>(done) / elapsed, left).c_str(), note.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace switchboard::cli
