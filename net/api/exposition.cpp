#include "net/api/exposition.hpp"

#include <charconv>

namespace switchboard::net::api {

namespace {

void append(std::string& out, std::uint64_t value) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

/// The shortest text that reads back as the same number.
void append(std::string& out, double value) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, value, std::chars_format::general).ptr);
}

double shown(std::uint64_t value, const domain::bucket_scale& scale) {
  return static_cast<double>(value) / static_cast<double>(scale.per_unit);
}

}  // namespace

void exposition::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  for (const auto& [keyword, what] : {std::pair{"# HELP ", help}, std::pair{"# TYPE ", type}}) {
    text_ += keyword;
    text_ += name;
    text_ += ' ';
    text_ += what;
    text_ += '\n';
  }
}

void exposition::begin(std::string_view suffix, std::string_view labels, std::string_view more) {
  text_ += name_;
  text_ += suffix;
  if (labels.empty() && more.empty()) return;
  text_ += '{';
  text_ += labels;
  if (!labels.empty() && !more.empty()) text_ += ',';
  text_ += more;
  text_ += '}';
}

void exposition::end(std::uint64_t value) {
  text_ += ' ';
  append(text_, value);
  text_ += '\n';
}

void exposition::end(double value) {
  text_ += ' ';
  append(text_, value);
  text_ += '\n';
}

void exposition::sample(std::uint64_t value, std::string_view labels) {
  begin({}, labels);
  end(value);
}

void exposition::sample(double value, std::string_view labels) {
  begin({}, labels);
  end(value);
}

void exposition::sample(const domain::histogram_reading& r, std::string_view labels) {
  std::uint64_t up_to = 0;
  std::string le;
  for (std::size_t i = 0; i < r.scale.bounds.size(); ++i) {
    up_to += r.counts[i];
    le = "le=\"";
    append(le, shown(r.scale.bounds[i], r.scale));
    le += '"';
    begin("_bucket", labels, le);
    end(up_to);
  }
  begin("_bucket", labels, R"(le="+Inf")");
  end(r.count());
  begin("_sum", labels);
  end(shown(r.sum, r.scale));
  begin("_count", labels);
  end(r.count());
}

}  // namespace switchboard::net::api
