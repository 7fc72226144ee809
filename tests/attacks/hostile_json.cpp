// H89 to H104: what a customer, a platform or whoever has its secret may put into a signed body.

#include "hostile.hpp"
#include "tests/e2e/setup.hpp"

namespace switchboard::attacks {

namespace {

using namespace std::string_literals;

/// Collects rows; each body has a message id of its own, so that its effect can be told from the others'.
class json_rows {
 public:
  std::vector<hostile> take() { return std::move(rows_); }

  [[nodiscard]] std::string fresh() { return "m." + std::to_string(++ids_); }

  hostile& add(int number, std::string name, std::string body, std::string_view source = "meta") {
    auto& row = rows_.emplace_back();
    row.number = number;
    row.name = std::move(name);
    const auto line = source == "meta" ? signature_line(body)
                                       : "X-Telegram-Bot-Api-Secret-Token: demo-telegram-secret\r\n"s;
    row.head = post_head(source, line, body);
    row.body = std::move(body);
    return row;
  }
  void dead(int number, std::string name, std::string body, std::string reason,
            std::string_view source = "meta") {
    auto& row = add(number, std::move(name), std::move(body), source);
    row.reason = std::move(reason);
    row.answer = R"({"events":0,"quarantined":1})";
  }
  void understood(int number, std::string name, std::string body, std::vector<std::string> ids,
                  unsigned conversations, std::string_view source = "meta") {
    auto& row = add(number, std::move(name), std::move(body), source);
    row.answer = R"({"events":)" + std::to_string(ids.size()) + R"(,"quarantined":0})";
    row.ids = std::move(ids);
    row.conversations = conversations;
  }

 private:
  std::vector<hostile> rows_;
  int ids_ = 0;
};

std::string page_body(std::string_view messaging, std::string_view page = e2e::acme_page) {
  return R"({"object":"page","entry":[{"id":")" + std::string(page) +
         R"(","time":1795248000000,"messaging":[)" + std::string(messaging) + "]}]}";
}
/// `sender` is JSON, and so is what stands in the message beside its mid and its text.
std::string dm(std::string_view sender, std::string_view mid, std::string_view more = {}) {
  return R"({"sender":{"id":)" + std::string(sender) + R"(},"recipient":{"id":")" +
         std::string(e2e::acme_page) + R"("},"timestamp":1795248000123,"message":{"mid":")" +
         std::string(mid) + R"(","text":"hello")" + std::string(more) + "}}";
}
std::string whatsapp(std::string_view message, std::string_view metadata = {}) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":)"
         R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"1","phone_number_id":")" +
         std::string(e2e::acme_number) + "\"" + std::string(metadata) + R"(},"messages":[)" +
         std::string(message) + "]}}]}]}";
}
std::string telegram(std::string_view members) {
  return R"({"update_id":7,"message":{)" + std::string(members) + R"(,"date":1795248000,"text":"hello"}})";
}

/// As UTF-16, which for ASCII is a zero byte with each.
std::string utf16(std::string_view ascii, bool big_endian) {
  std::string out = big_endian ? "\xfe\xff" : "\xff\xfe";
  for (const char c : ascii) out += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return out;
}
std::string nested(std::size_t levels) {
  return std::string(levels, '[') + "1" + std::string(levels, ']');
}

void add_encodings(json_rows& t) {
  const auto text = [&](std::string_view what) {
    return page_body(dm(R"("1")", t.fresh(), R"(,"nlp":")" + std::string(what) + "\""));
  };
  t.dead(89, "byte 0xFF in a text", text("\xff"), "invalid-json");
  t.dead(89, "overlong slash", text("\xc0\xaf"), "invalid-json");
  t.dead(89, "surrogate in UTF-8", text("\xed\xa0\x80"), "invalid-json");
  t.dead(89, "beyond U+10FFFF", text("\xf4\x90\x80\x80"), "invalid-json");
  t.dead(89, "a character cut by the end of the text", text("\xe2\x82"), "invalid-json");
  t.dead(90, "byte order mark", "\xef\xbb\xbf" + page_body(dm(R"("1")", t.fresh())), "invalid-json");
  t.dead(91, "UTF-16, little-endian", utf16(page_body(dm(R"("1")", t.fresh())), false), "invalid-json");
  t.dead(91, "UTF-16, big-endian", utf16(page_body(dm(R"("1")", t.fresh())), true), "invalid-json");
  t.dead(92, "lone high surrogate", text("\\ud800"), "invalid-json");
  t.dead(92, "lone low surrogate", text("\\udc00"), "invalid-json");
  t.dead(92, "two high surrogates", text("\\ud83d\\ud83d"), "invalid-json");
  for (const char control : {'\0', '\x01', '\n', '\x1f'}) {
    t.dead(94, "raw control " + std::to_string(static_cast<int>(control)) + " in a text",
           text(std::string(1, control)), "invalid-json");
  }
  t.dead(94, "NUL behind the document", page_body(dm(R"("1")", t.fresh())) + "\0"s, "invalid-json");
}

void add_ids(json_rows& t) {
  // Escaped, NUL is a character like another: the keys that are made of ids must keep what they separate apart.
  const auto nul = t.fresh(), colon = t.fresh(), slash = t.fresh();
  t.understood(93, "NUL in ids",
               page_body(dm(R"("9\u0000")", nul + "\\u0000") + "," + dm(R"("9")", nul) + "," +
                         dm(R"("9\u0000\u0000")", nul + "\\u0000\\u0000")),
               {nul + "\0"s, nul, nul + "\0\0"s}, 3);
  t.understood(
      93, "separators in ids",
      page_body(dm(R"("9:1")", colon) + "," + dm(R"("9/1")", slash) + "," + dm(R"("9%2F1")", slash + ":")),
      {colon, slash, slash + ":"}, 3);
  struct {
    const char* name;
    const char* json;
  } const exact[] = {{"2^53+1", "9007199254740993"},
                     {"2^63", "9223372036854775808"},
                     {"2^64-1", "18446744073709551615"},
                     {"-2^63", "-9223372036854775808"}};
  for (const auto& [name, json] : exact) {
    const auto mid = t.fresh();
    // The number and the same in a text are one person, its neighbours are others: three conversations.
    t.understood(97, name + " as an id"s,
                 page_body(dm(json, mid) + "," + dm('"' + std::string(json) + '"', mid + ".text") + "," +
                           dm('"' + std::string(json) + "0\"", mid + ".other")),
                 {mid, mid + ".text", mid + ".other"}, 2);
  }
  t.dead(97, "2^64 as an id", page_body(dm("18446744073709551616", t.fresh())), "invalid-json");
  t.dead(98, "1e400 as an id", page_body(dm("1e400", t.fresh())), "invalid-json");
  t.dead(98, "1e3 as an id", page_body(dm("1e3", t.fresh())), "malformed");
  t.dead(98, "-0.0 as an id", page_body(dm("-0.0", t.fresh())), "malformed");
  t.dead(98, "1.5 as an id", page_body(dm("1.5", t.fresh())), "malformed");
  const auto zero = t.fresh();
  t.understood(98, "-0 as an id is 0", page_body(dm("-0", zero) + "," + dm("\"0\"", zero + ".0")),
               {zero, zero + ".0"}, 1);
  t.understood(99, "text and number are one id",
               telegram(R"("message_id":41,"chat":{"id":"61","type":"private"})"), {"61:41"}, 1, "telegram");
  t.understood(99, "number and text are one id",
               telegram(R"("message_id":"42","chat":{"id":61,"type":"private"})"), {"61:42"}, 0, "telegram");
}

void add_duplicates(json_rows& t) {
  const auto wa = [&](std::string_view more) {
    return R"({"from":"551","id":")" + t.fresh() +
           R"(","timestamp":"1795248000","type":"text","text":{"body":"x"})" + std::string(more) + "}";
  };
  const std::string twice = "duplicate-field";
  t.dead(96, "message id twice", whatsapp(wa(R"(,"id":"wamid.second")")), twice);
  t.dead(96, "message id twice, once escaped", whatsapp(wa(R"(,"\u0069d":"wamid.second")")), twice);
  t.dead(96, "sender twice", whatsapp(wa(R"(,"from":"552")")), twice);
  t.dead(96, "account twice", whatsapp(wa({}), R"(,"phone_number_id":"106540352242999")"), twice);
  const auto good = page_body(dm(R"("1")", t.fresh()));
  t.dead(96, "entries twice", good.substr(0, good.size() - 1) + R"(,"entry":[]})", twice);
  t.dead(96, "object twice", good.substr(0, good.size() - 1) + R"(,"object":"instagram"})", twice);
  t.dead(96, "mid twice", page_body(dm(R"("1")", t.fresh(), R"(,"mid":"m.second")")), twice);
  t.dead(96, "sender's id twice", page_body(dm(R"("1","id":"2")", t.fresh())), twice);
  const auto element = dm(R"("1")", t.fresh());
  t.dead(96, "senders twice", page_body(element.substr(0, element.size() - 1) + R"(,"sender":{"id":"2"}})"),
         twice);
  auto entry = page_body(dm(R"("1")", t.fresh()));
  entry.insert(entry.find(R"("time")"), R"("id":"9234567890321",)");
  t.dead(96, "page twice", entry, twice);
  t.dead(96, "update_id twice", R"({"update_id":1,"update_id":2,"message":{}})", twice, "telegram");
  t.dead(96, "a kind without a name twice", R"({"update_id":3,"":{"chat":{"id":1}},"":{"chat":{"id":2}}})",
         twice, "telegram");
  t.dead(96, "chat's id twice", telegram(R"("message_id":51,"chat":{"id":61,"id":62,"type":"private"})"),
         twice, "telegram");
  t.dead(96, "message_id twice", telegram(R"("message_id":51,"message_id":52,"chat":{"id":61})"), twice,
         "telegram");
}

void add_shapes(json_rows& t) {
  const auto deep = [&](std::size_t inside) {
    return page_body(dm(R"("1")", t.fresh(), ",\"x\":" + nested(inside)));
  };
  constexpr std::size_t around = 6;  // object, entry, its object, messaging, the element, message
  const auto mid = t.fresh();
  t.understood(95, "64 levels", page_body(dm(R"("1")", mid, ",\"x\":" + nested(64 - around))), {mid}, 1);
  t.dead(95, "65 levels", deep(65 - around), "too-deep");
  t.dead(95, "1,023 levels", deep(1'023 - around), "too-deep");
  t.dead(95, "1,024 levels", deep(1'024 - around), "too-deep");
  t.dead(95, "100,000 levels", deep(100'000 - around), "too-deep");
  t.dead(95, "100,000 levels that never end", std::string(100'000, '['), "invalid-json");

  const auto good = page_body(dm(R"("1")", t.fresh()));
  t.dead(100, "cut", good.substr(0, good.size() - 1), "invalid-json");
  t.dead(100, "cut in a text", good.substr(0, good.size() - 12), "invalid-json");
  t.dead(100, "second document", good + page_body(dm(R"("1")", t.fresh())), "invalid-json");
  t.dead(100, "comma behind the document", good + ",", "invalid-json");
  t.dead(100, "comma behind the last member", page_body(dm(R"("1")", t.fresh(), ",")), "invalid-json");
  t.dead(100, "comma behind the last element", page_body(dm(R"("1")", t.fresh()) + ","), "invalid-json");
  t.dead(100, "tru in a field that nobody reads", page_body(dm(R"("1")", t.fresh(), R"(,"x":tru)")),
         "invalid-json");
  t.dead(100, "nul behind all that is read", good.substr(0, good.size() - 1) + R"(,"x":nul})",
         "invalid-json");
  t.dead(100, "a number with a leading zero", page_body(dm("01", t.fresh())), "invalid-json");

  t.dead(101, "nothing", "", "invalid-json");
  t.dead(101, "spaces", "   ", "invalid-json");
  t.dead(101, "[]", "[]", "malformed");
  t.dead(101, "{}", "{}", "malformed");
  t.dead(101, "null", "null", "malformed");
  t.dead(101, "a number", "7", "malformed");
  t.dead(101, "a text", "\"page\"", "malformed");
  t.dead(101, "[] to a bot", "[]", "malformed", "telegram");
  t.dead(101, "no entries", R"({"object":"page","entry":[]})", "empty");
  t.dead(101, "entries that are null", R"({"object":"page","entry":null})", "malformed");
  t.dead(101, "an object that nobody knows", R"({"object":"toaster","entry":[{}]})", "unsupported");
  std::string zeros = "[0";
  for (int i = 1; i < 1'000'000; ++i) zeros += ",0";
  t.dead(101, "a million elements", zeros + "]", "malformed");
  t.dead(101, "a million entries", R"({"object":"page","entry":)" + zeros + "]}", "too-many-events");
  t.dead(
      101, "10,001 events",
      [&] {
        std::string all = dm(R"("1")", t.fresh());
        for (int i = 0; i < 10'000; ++i) all += "," + dm(R"("1")", t.fresh());
        return page_body(all);
      }(),
      "too-many-events");
}

void add_sizes(json_rows& t) {
  const auto long_one = t.fresh();
  t.understood(102, "a text of 10 MiB",
               page_body(dm(R"("1")", long_one, R"(,"nlp":")" + std::string(10 << 20, 'x') + "\"")),
               {long_one}, 0);
  auto& over = t.add(102, "a body over the limit", page_body(dm(R"("1")", t.fresh())));
  over.body.insert(over.body.size() - 1, body_bytes_max, ' ');
  over.head = post_head("meta", signature_line(over.body), over.body);
  over.body.clear();  // refused by its announced length: it is never sent
  over.status = 413;
  over.ends = true;
  over.forged_too = false;
  for (const std::size_t size : {4'096u, 8'192u, 16'384u, 65'536u}) {
    for (const std::size_t beside : {size - 1, size, size + 1}) {
      const auto mid = t.fresh();
      const auto body = page_body(dm(R"("1")", mid, R"(,"nlp":"")"));
      const auto padded =
          page_body(dm(R"("1")", mid, R"(,"nlp":")" + std::string(beside - body.size(), 'x') + "\""));
      t.understood(103, "a body of " + std::to_string(beside) + " bytes", padded, {mid}, 0);
    }
  }
}

/// The sender is whoever the platform says; whose the conversation is, its account alone. 9234567890321 is the page of
/// another brand on the same source.
void add_foreign_senders(json_rows& t) {
  const auto as_customer = t.fresh(), as_recipient = t.fresh(), in_whatsapp = t.fresh();
  t.understood(104, "another brand's page as the sender", page_body(dm(R"("9234567890321")", as_customer)),
               {as_customer}, 1);
  t.understood(
      104, "another brand's page as the recipient",
      page_body(R"({"sender":{"id":"104"},"recipient":{"id":"9234567890321"},"timestamp":1795248000123,)"
                R"("message":{"mid":")" +
                as_recipient + R"(","text":"hello"}})"),
      {as_recipient}, 1);
  t.understood(104, "another brand's number as the sender",
               whatsapp(R"({"from":")" + std::string(e2e::globex_number) + R"(","id":")" + in_whatsapp +
                        R"(","timestamp":"1795248000","type":"text","text":{"body":"x"}})"),
               {in_whatsapp}, 1);
}

}  // namespace

std::vector<hostile> hostile_json() {
  json_rows t;
  add_shapes(t);  // first: it begins the conversation that the others go on with
  add_encodings(t);
  add_ids(t);
  add_duplicates(t);
  add_sizes(t);
  add_foreign_senders(t);
  return t.take();
}

}  // namespace switchboard::attacks
