#include "cli/morning_script.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <span>

namespace switchboard::cli {

namespace {

// -- chance by a seed, the same on every machine -----------------------------------------------------------------

std::uint64_t mix(std::uint64_t h) {
  h ^= h >> 31;
  h *= 0x9e3779b97f4a7c15u;
  h ^= h >> 29;
  h *= 0xbf58476d1ce4e5b9u;
  return h ^ h >> 32;
}

std::uint64_t mix(std::uint64_t h, std::string_view text) {
  for (const char c : text) h = mix(h ^ static_cast<unsigned char>(c));
  return mix(h);
}

/// From `least` to `most`, both included.
milliseconds between(std::uint64_t chance, int least, int most) {
  return milliseconds(least + static_cast<int>(chance % static_cast<std::uint64_t>(most - least + 1)));
}

template <class T>
const T& one_of(std::uint64_t chance, std::span<const T> all) {
  return all[chance % all.size()];
}

// -- who writes what, and where ------------------------------------------------------------------------------------

/// What somebody may say first. Its words decide by the config's rules where it goes.
struct theme {
  std::uint32_t of_twenty;  ///< so many of each twenty arrivals
  std::vector<std::string_view> accounts;
  std::vector<std::string_view> texts;
};

const std::vector<theme>& themes() {
  static const std::vector<std::string_view> acme{"acme-whatsapp", "acme-page", "acme-instagram", "acme-x",
                                                  "acme-linkedin"};
  static const std::vector<theme> all{
      {7,
       acme,
       {"Where is my parcel? It was due on Tuesday.", "The tracking page shows nothing.",
        "Is the blue jacket there in size M?", "My delivery came without the cable.",
        "Do you open on Sundays?"}},
      {3,
       acme,
       {"I want my money back.", "There are two items on my invoice that I never ordered.",
        "When do I get my refund?"}},
      {2,
       acme,
       {"Hallo, wo bleibt mein Paket?", "Guten Tag, die Jacke passt nicht.",
        "Können Sie mir bitte helfen? Danke!"}},
      {2,
       acme,
       {"Hola, ¿dónde está mi pedido?", "Buenos días, ¿tienen la talla M?", "Gracias, pero no funciona."}},
      {1, {"acme-concierge"}, {"It is about the usual order.", "Could somebody call me about the suite?"}},
      {3,
       {"globex-bot", "globex-bluesky"},
       {"My login does not work.", "How do I change my plan?", "The app stops when I open it."}},
      {2, {"globex-bluesky-post"}, {"is the service down?", "great update, but where is the dark mode?"}}};
  return all;
}

constexpr std::array<std::string_view, 24> first_names{
    "Ines",  "Paul",  "Maria", "Tom",  "Lucia", "Jonas", "Aisha", "Marco", "Sofia", "Peter", "Elena", "Noah",
    "Clara", "David", "Yuki",  "Omar", "Greta", "Luis",  "Anna",  "Felix", "Nora",  "Ivan",  "Julia", "Sven"};
constexpr std::array<std::string_view, 29> last_names{
    "Weber",   "Silva",  "Rossi", "Meyer",  "Garcia", "Novak",  "Keller", "Dubois", "Jensen", "Costa",
    "Fischer", "Moreau", "Lopez", "Brandt", "Sato",   "Haddad", "Olsen",  "Vogel",  "Marin",  "Kovacs",
    "Lindt",   "Ferrer", "Nagel", "Ortiz",  "Bauer",  "Conti",  "Holm",   "Reyes",  "Stein"};

/// LinkedIn has nothing but comments; of the others some write in public.
bool is_public(std::string_view account, std::uint64_t chance) {
  if (account == "acme-linkedin") return true;
  return (account == "acme-page" || account == "acme-instagram" || account == "acme-x") && chance % 3 == 0;
}

std::vector<arrival> make_arrivals(const morning_plan& plan) {
  std::vector<arrival> all;
  std::vector<const theme*> twenty;
  std::mt19937_64 random(plan.seed);
  for (std::uint32_t n = 1; n <= plan.conversations; ++n) {
    if (twenty.empty()) {
      for (const auto& t : themes()) twenty.insert(twenty.end(), t.of_twenty, &t);
      for (auto i = twenty.size(); i > 1; --i) std::swap(twenty[i - 1], twenty[random() % i]);
    }
    const theme& about = *twenty.back();
    twenty.pop_back();
    const double even = static_cast<double>(n - 1) * 1000 / plan.pace;
    const double off = (static_cast<double>(random() % 1000) / 1000 - 0.5) * 800 / plan.pace;
    arrival a{.at = milliseconds(static_cast<std::int64_t>(std::max(0.0, even + off))), .number = n};
    a.account = one_of(random(), std::span(about.accounts));
    if (a.account == "globex-bluesky-post") {
      a.account = "globex-bluesky";
      a.in_public = true;
    } else {
      a.in_public = is_public(a.account, random());
    }
    // Every pair of names once before any comes again.
    const auto pair = n * 7 + plan.seed % first_names.size();
    a.name = first_names[pair % first_names.size()];
    a.name += ' ';
    a.name += last_names[n % last_names.size()];
    a.text = one_of(random(), std::span(about.texts));
    all.push_back(std::move(a));
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return all;
}

// -- who comes when ------------------------------------------------------------------------------------------------

milliseconds part_of(milliseconds span, double fraction) {
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(span.count()) * fraction));
}

/// Billing is late enough for its queue to be full, German so late that somebody has waited too long.
std::vector<login> make_logins(const morning_plan& plan, milliseconds span,
                               const std::vector<cast_member>& cast) {
  constexpr milliseconds billing_from{4'000}, german_from{7'500};
  std::vector<login> all;
  for (std::size_t i = 0; i < cast.size(); ++i) {
    const auto& who = cast[i];
    const double place = static_cast<double>(i) / static_cast<double>(std::max<std::size_t>(cast.size(), 1));
    auto at = part_of(span, 0.02 + 0.13 * place) + between(mix(plan.seed, who.id), 0, 400);
    if (who.first_queue == "billing") at = std::max(at, billing_from);
    if (who.first_queue == "german") at = std::max(at, german_from);
    all.push_back({at, who.id});
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return all;
}

std::vector<act> make_acts(milliseconds span) {
  using what = act::what;
  const auto at = [&](double fraction) { return part_of(span, fraction); };
  return {{.at = at(0.25), .does = what::blinks, .agent = "ana", .back_after = milliseconds(1'500)},
          {.at = at(0.30), .does = what::drops_out, .agent = "hugo", .back_after = milliseconds(17'000)},
          {.at = at(0.40), .does = what::hands_over, .agent = "jack", .to = "billing"},
          {.at = at(0.50), .does = what::hands_over_warm, .agent = "gwen", .to = "second"},
          {.at = at(0.75), .does = what::ends_shift, .agent = "dora"}};
}

}  // namespace

morning_script::morning_script(const morning_plan& plan, const std::vector<cast_member>& cast)
    : arrivals(make_arrivals(plan)) {
  if (!arrivals.empty()) span = arrivals.back().at;
  logins = make_logins(plan, span, cast);
  acts = make_acts(span);
}

offer_answer answer_of(std::uint64_t seed, std::string_view agent, std::uint32_t asked) {
  using what = offer_answer::what;
  const auto chance = mix(mix(seed, agent) ^ asked);
  const auto after = between(mix(chance), 150, 900);
  if (asked == 0 && agent == "finn") return {what::decline, after};
  if (asked == 0 && agent == "gwen") return {what::miss, after};
  const auto percent = chance % 100;
  if (percent < 3) return {what::miss, after};
  if (percent < 9) return {what::decline, after};
  return {what::accept, after};
}

milliseconds handling_of(std::uint64_t seed, std::string_view agent, std::string_view customer,
                         bool in_public) {
  const auto chance = mix(mix(seed, agent), customer);
  return in_public ? between(chance, 700, 2'000) : between(chance, 1'500, 4'000);
}

}  // namespace switchboard::cli
