// reference.toml: the property table as a file that can be read, loaded and copied from.

#include "config/load.hpp"
#include "config/properties.hpp"
#include "config/reader.hpp"

namespace switchboard::config {
namespace {

constexpr std::size_t width = 100;

/// A comment of as many lines as it takes.
void comment(std::string& out, std::string_view text) {
  while (!text.empty()) {
    std::size_t cut = text.size();
    if (cut > width - 2) {
      cut = text.rfind(' ', width - 2);
      if (cut == std::string_view::npos) cut = text.size();
    }
    out += "# ";
    out += text.substr(0, cut);
    out += '\n';
    text.remove_prefix(cut);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
}

std::string bounds(const property& p) {
  switch (p.range.form) {
    case form::flag:
      return "true or false";
    case form::count:
      return "integer, " + to_toml(p.range.min, form::count) + " to " + to_toml(p.range.max, form::count);
    case form::size:
      return "size, " + to_toml(p.range.min, form::size) + " to " + to_toml(p.range.max, form::size);
    case form::duration: {
      const std::string text =
          "duration, " + to_toml(p.range.min, form::duration) + " to " + to_toml(p.range.max, form::duration);
      return p.step > 1 ? text + ", whole " + to_toml(p.step, form::duration) : text;
    }
    case form::path:
      return p.range.min > 0 ? "string, not empty" : "string";
    case form::address:
      return "address:port";
    case form::addresses:
      return "list of IP addresses";
    case form::origins:
      return "list of scheme://host[:port]";
    case form::word:
      return listed(p.range.words);
  }
  return {};
}

void add_property(std::string& out, const property& p) {
  const std::string standard = to_toml(default_of(p), p.range.form);
  out += '\n';
  comment(out, p.sentence);
  comment(out, bounds(p) + "; default " + standard + "; reload: " + (p.reloadable ? "yes" : "no, restart"));
  out += std::string(p.name) + " = " + standard + '\n';
}

void add_record_key(std::string& out, const record_key& k) {
  out += "#\n";
  comment(out, k.sentence);
  const bool needed = k.standard == "required";
  comment(out, std::string(k.spelling) + "; " + (needed ? "required" : "default " + std::string(k.standard)) +
                   "; reload: " + (k.reloadable ? "yes" : "no, restart"));
  out += "#   " + std::string(k.name) + " = " + std::string(k.example) + '\n';
}

}  // namespace

std::string reference_toml() {
  std::string out =
      "# Every key of Switchboard's config, with its meaning, type and bounds, default, and whether a "
      "reload\n"
      "# (SIGHUP or POST /reload) can change it. Generated from the property table (config/properties.cpp); "
      "a\n"
      "# test compares the two. What stands here active are the defaults: a config needs only what differs.\n"
      "#\n"
      "# Durations are strings with a unit: ms, s, m, h, d. Sizes are strings with KiB, MiB, GiB or TiB, or\n"
      "# plain bytes. Unknown keys are errors. Check a file with: switchboard check-config FILE\n";
  for (const section_entry& e : sections()) {
    if (!e.present) continue;
    out += "\n\n";
    comment(out, e.sentence);
    const std::string name(e.name);
    // Tables of a record: without one they would be nobody's.
    const bool of_record = name == "queue.overflow" || name == "queue.tell_wait";
    out += e.list ? "# [[" + name + "]]\n" : (of_record ? "# [" : "[") + name + "]\n";
    for (const property& p : properties()) {
      if (p.section == e.name) add_property(out, p);
    }
    for (const record_key& k : record_keys()) {
      if (k.section == e.name) add_record_key(out, k);
    }
  }
  return out;
}

}  // namespace switchboard::config
