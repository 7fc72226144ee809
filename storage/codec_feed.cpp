// What is in the log about how far something was read. Grammar: codec.cpp.
#include "storage/codec.hpp"
#include "storage/codec_read.hpp"
#include "storage/codec_write.hpp"

namespace switchboard::storage::codec {

void write_feed(std::string& out, const domain::feed_position& f) {
  domain::json_object o{out};
  o.text_if("brand", f.brand.value);
  o.text("reader", f.reader);
  o.text("feed", f.feed);
  o.text("position", f.position);
  o.end();
}

domain::feed_position read_feed(ondemand::object o) {
  domain::feed_position f;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "brand")
      assign(f.brand.value, v);
    else if (key == "reader")
      assign(f.reader, v);
    else if (key == "feed")
      assign(f.feed, v);
    else if (key == "position")
      assign(f.position, v);
  });
  return f;
}

}  // namespace switchboard::storage::codec
