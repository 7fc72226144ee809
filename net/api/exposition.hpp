#pragma once
// Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats): families of samples,
// each family with its help and type before its samples, all of them together.

#include "domain/histogram.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace switchboard::net::api {

class exposition {
 public:
  /// All samples until the next family are its own. `name` must outlive them; `type`: counter, gauge, histogram.
  void family(std::string_view name, std::string_view type, std::string_view help);
  /// `labels`: `outcome="accepted"`, our own words only: nothing is escaped.
  void sample(std::uint64_t value, std::string_view labels = {});
  void sample(double value, std::string_view labels = {});
  /// All lines of a histogram, in the unit that its scale shows.
  void sample(const domain::histogram_reading& r, std::string_view labels = {});

  /// A family of one sample.
  template <class Value>
  void counter(std::string_view name, std::string_view help, const Value& value) {
    family(name, "counter", help);
    sample(value);
  }
  template <class Value>
  void gauge(std::string_view name, std::string_view help, const Value& value) {
    family(name, "gauge", help);
    sample(value);
  }
  void histogram(std::string_view name, std::string_view help, const domain::histogram_reading& r) {
    family(name, "histogram", help);
    sample(r);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void begin(std::string_view suffix, std::string_view labels, std::string_view more = {});
  void end(std::uint64_t value);
  void end(double value);

  std::string text_;
  std::string_view name_;
};

}  // namespace switchboard::net::api
