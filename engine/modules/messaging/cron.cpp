#include "playhead/modules/cron.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "engine/store/numbers.h"
#include "playhead/error.h"
#include "playhead/modules/namespace.h"

namespace playhead {

namespace {

constexpr Millis minute = 60'000, day = 86'400'000;
constexpr std::int64_t longest_wait =
    std::int64_t{366} * 41;  // days: 29 February on a Monday comes within 40 years

constexpr std::array<Text, 12> month_names = {"jan", "feb", "mar", "apr", "may", "jun",
                                              "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<Text, 7> day_names = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

constexpr std::pair<Text, Text> nicknames[] = {
    {"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"},
};

[[noreturn]] void refuse_field(Text what, Text field) {
  throw Error(ErrorCode::invalid,
              "\"" + std::string(field) + "\" is no " + std::string(what) +
                  " of a cron expression; write five fields such as \"*/15 9-17 * * mon-fri\"");
}

/// Numbers and names of one field.
struct Field {
  Text what;
  int least, greatest;
  List<Text> names;  ///< of least, least + 1, ...

  int value(Text text) const {
    std::int64_t n = 0;
    if (parse_int64(text, n)) {
      if (n < least || n > greatest) refuse_field(what, text);
      return static_cast<int>(n);
    }
    std::string lower(text);
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    auto found = std::find(names.begin(), names.end(), lower);
    if (found == names.end()) refuse_field(what, text);
    return least + static_cast<int>(found - names.begin());
  }

  /// Calls set(n) for each number of a part: "*", "3", "1-5", each with a step.
  template <class Set>
  void part(Text text, Set&& set) const {
    std::size_t slash = text.find('/');
    Text range = text.substr(0, slash);
    std::int64_t step = 1;
    if (slash != Text::npos && (!parse_int64(text.substr(slash + 1), step) || step < 1 || step > greatest))
      refuse_field(what, text);
    int from = least, to = greatest;
    if (range != "*") {
      std::size_t dash = range.find('-');
      from = value(range.substr(0, dash));
      to = dash != Text::npos ? value(range.substr(dash + 1)) : slash != Text::npos ? greatest : from;
      if (from > to) refuse_field(what, text);
    }
    for (std::int64_t n = from; n <= to; n += step) set(static_cast<std::size_t>(n));
  }

  template <class Set>
  void read(Text text, Set&& set) const {
    for (std::size_t at = 0;;) {
      std::size_t comma = text.find(',', at);
      part(text.substr(at, comma == Text::npos ? comma : comma - at), set);
      if (comma == Text::npos) return;
      at = comma + 1;
    }
  }
};

std::vector<Text> words(Text text) {
  std::vector<Text> out;
  for (std::size_t at = 0; (at = text.find_first_not_of(" \t", at)) != Text::npos;) {
    std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

}  // namespace

Cron Cron::parse(Text expression) {
  for (const auto& [name, meaning] : nicknames)
    if (expression == name) return parse(meaning);
  std::vector<Text> fields = words(expression);
  if (fields.size() != 5) refuse_field("list of five fields", expression);
  Cron c;
  Field{"minute", 0, 59, {}}.read(fields[0], [&](std::size_t n) { c.minutes_.set(n); });
  Field{"hour", 0, 23, {}}.read(fields[1], [&](std::size_t n) { c.hours_.set(n); });
  Field{"day of the month", 1, 31, {}}.read(fields[2], [&](std::size_t n) { c.days_.set(n); });
  Field{"month", 1, 12, month_names}.read(fields[3], [&](std::size_t n) { c.months_.set(n); });
  Field{"day of the week", 0, 7, day_names}.read(fields[4], [&](std::size_t n) { c.weekdays_.set(n % 7); });
  c.any_day_ = fields[2].starts_with('*');
  c.any_weekday_ = fields[4].starts_with('*');
  if (!c.first_day(0, longest_wait)) refuse_field("expression that names a day, so none", expression);
  return c;
}

bool Cron::names_day(std::int64_t days) const {
  using namespace std::chrono;
  sys_days date{std::chrono::days(days)};
  year_month_day parts(date);
  if (!months_.test(static_cast<unsigned>(parts.month()))) return false;
  bool by_date = days_.test(static_cast<unsigned>(parts.day()));
  bool by_weekday = weekdays_.test(weekday(date).c_encoding());
  if (any_day_ || any_weekday_) return by_date && by_weekday;
  return by_date || by_weekday;
}

std::optional<std::int64_t> Cron::first_day(std::int64_t days, std::int64_t last) const {
  for (; days <= last; ++days)
    if (names_day(days)) return days;
  return std::nullopt;
}

Millis Cron::next(Millis after, int utc_offset_minutes) const {
  check_range("utc_offset_minutes", utc_offset_minutes, -1440, 1440);
  const Millis offset = utc_offset_minutes * minute;
  std::int64_t from = floor_div(after + offset, minute) + 1;  // minutes of the local clock
  std::int64_t days = floor_div(from, 1440), in_day = from - days * 1440;
  for (std::int64_t last = days + longest_wait;; ++days, in_day = 0) {
    auto found = first_day(days, last);
    if (!found) throw Error(ErrorCode::invalid, "the cron expression names no time that comes");
    if (*found > days) days = *found, in_day = 0;
    for (; in_day < 1440; ++in_day)
      if (hours_.test(static_cast<std::size_t>(in_day / 60)) &&
          minutes_.test(static_cast<std::size_t>(in_day % 60)))
        return days * day + in_day * minute - offset;
  }
}

}  // namespace playhead
