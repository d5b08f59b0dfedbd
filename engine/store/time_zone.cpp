#include "playhead/time_zone.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>

#include "playhead/error.h"

namespace playhead {

namespace {

constexpr std::int64_t day_seconds = 86'400;

[[noreturn]] void damaged(const char* what) {
  throw Error(ErrorCode::corrupt, std::string("the file of a time zone is damaged: ") + what);
}

std::int64_t divide_down(std::int64_t n, std::int64_t by) {
  return n / by - (n % by < 0 ? 1 : 0);
}

/// Days since 1970 of a day of the Gregorian calendar.
std::int64_t days_of(std::int64_t year, unsigned month, unsigned day) {
  using namespace std::chrono;
  return sys_days(year_month_day(std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                                 std::chrono::day(day)))
      .time_since_epoch()
      .count();
}

std::int64_t year_of(std::int64_t seconds) {
  using namespace std::chrono;
  return int(year_month_day(sys_days(days(divide_down(seconds, day_seconds)))).year());
}

bool is_leap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/// Big-endian numbers of a file.
class Bytes {
 public:
  explicit Bytes(Text bytes) : rest_(bytes) {}
  Text take(std::size_t size) {
    if (size > rest_.size()) damaged("it ends early");
    Text out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  std::int64_t number(std::size_t size) {
    std::uint64_t n = 0;
    for (char c : take(size)) n = n << 8 | static_cast<unsigned char>(c);
    return size == 4 ? static_cast<std::int32_t>(n) : static_cast<std::int64_t>(n);
  }
  std::size_t count() {
    std::int64_t n = number(4);
    if (n < 0 || n > 1'000'000) damaged("a count is out of range");
    return static_cast<std::size_t>(n);
  }
  Text rest() const { return rest_; }

 private:
  Text rest_;
};

struct Header {
  char version = 0;
  std::size_t utc_flags = 0, standard_flags = 0, leaps = 0, times = 0, types = 0, letters = 0;
};

Header read_header(Bytes& in) {
  if (in.take(4) != "TZif") damaged("it does not begin with TZif");
  Header h;
  h.version = in.take(1)[0];
  in.take(15);
  h.utc_flags = in.count();
  h.standard_flags = in.count();
  h.leaps = in.count();
  h.times = in.count();
  h.types = in.count();
  h.letters = in.count();
  if (h.types == 0) damaged("it has no types of time");
  return h;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  std::ostringstream out;
  out << file.rdbuf();
  return std::move(out).str();
}

bool is_name(Text name) {
  constexpr Text allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  return !name.empty() && name.size() < 100 && name.front() != '/' && name.back() != '/' &&
         name.find_first_not_of(allowed) == Text::npos && name.find("//") == Text::npos;
}

/// The bytes of a zone's file.
std::string zone_file(Text name) {
  std::vector<std::string> directories = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                                          "/usr/share/lib/zoneinfo", "/etc/zoneinfo"};
  // The environment is read here only, and whoever changes it beside other threads breaks more than this.
  if (const char* given = std::getenv("TZDIR"))  // NOLINT(concurrency-mt-unsafe)
    directories.insert(directories.begin(), given);
  if (is_name(name))
    for (const std::string& directory : directories)
      if (std::string bytes = read_file(directory + "/" + std::string(name)); bytes.starts_with("TZif"))
        return bytes;
  for (const std::string& directory : directories)
    if (!read_file(directory + "/UTC").empty())
      throw Error(ErrorCode::invalid, "there is no time zone \"" + std::string(name.substr(0, 100)) +
                                          "\"; give a name of the IANA database, such as Europe/Paris");
  throw Error(
      ErrorCode::unavailable,
      "this machine has no database of time zones; install the package tzdata, or name its directory in "
      "TZDIR");
}

}  // namespace

/// Reads a rule as the TZ variable of POSIX has it: "CET-1CEST,M3.5.0,M10.5.0/3".
class TimeZone::RuleReader {
 public:
  explicit RuleReader(Text text) : rest_(text) {}
  Rule read() {
    Rule rule;
    skip_name();
    rule.standard = rule.summer = -time();
    if (rest_.empty()) return rule;
    skip_name();
    rule.summer = rest_.empty() || rest_.front() == ',' ? rule.standard + 3600 : -time();
    rule.begin = change();
    rule.end = change();
    if (!rest_.empty()) damaged("its rule has something behind it");
    return rule;
  }

 private:
  bool next_is(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_name() {
    auto in_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    std::size_t end = rest_.find('>');
    if (next_is('<')) {
      if (end == Text::npos) damaged("a name in its rule has no end");
      rest_.remove_prefix(end);
    } else {
      while (!rest_.empty() && in_name(rest_.front())) rest_.remove_prefix(1);
    }
  }
  int number() {
    int n = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && digits < 4 && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits)
      n = 10 * n + (rest_[digits] - '0');
    if (digits == 0) damaged("a number is missing in its rule");
    rest_.remove_prefix(digits);
    return n;
  }
  /// [+-]hours[:minutes[:seconds]]
  std::int64_t time() {
    bool negative = next_is('-');
    if (!negative) next_is('+');
    std::int64_t seconds = std::int64_t{3600} * number();
    if (next_is(':')) seconds += std::int64_t{60} * number();
    if (next_is(':')) seconds += number();
    return negative ? -seconds : seconds;
  }
  Change change() {
    Change out;
    if (!next_is(',')) damaged("its rule has summer time without its days");
    if (next_is('M')) {
      out.kind = Change::Kind::month_week_day;
      out.month = number();
      bool dots = next_is('.');
      out.week = number();
      dots = dots && next_is('.');
      out.day = number();
      if (!dots || out.month < 1 || out.month > 12 || out.week < 1 || out.week > 5 || out.day > 6)
        damaged("a day in its rule is none");
    } else {
      out.kind = next_is('J') ? Change::Kind::day_without_leap : Change::Kind::day;
      out.day = number();
    }
    if (next_is('/')) out.seconds = time();
    return out;
  }

  Text rest_;
};

/// When it is in a year, in seconds since 1970 of the clock that is left.
std::int64_t TimeZone::time_of(const Change& change, std::int64_t year) {
  std::int64_t day = days_of(year, 1, 1);
  if (change.kind == Change::Kind::day) {
    day += change.day;
  } else if (change.kind == Change::Kind::day_without_leap) {
    day += change.day - 1 + (is_leap(year) && change.day >= 60 ? 1 : 0);
  } else {
    auto month = static_cast<unsigned>(change.month);
    std::int64_t first = days_of(year, month, 1);
    std::int64_t next = month == 12 ? days_of(year + 1, 1, 1) : days_of(year, month + 1, 1);
    std::int64_t weekday = (first + 4) - divide_down(first + 4, 7) * 7;  // 1 January 1970 was a Thursday
    day = first + (change.day - weekday + 7) % 7 + 7 * (change.week - 1);
    while (day >= next) day -= 7;  // the fifth one is the last one
  }
  return day * day_seconds + change.seconds;
}

std::int64_t TimeZone::offset_by(const Rule& rule, std::int64_t at) {
  if (!rule.begin) return rule.standard;
  std::int64_t year = year_of(at + rule.standard);
  std::int64_t begin = time_of(*rule.begin, year) - rule.standard,
               end = time_of(*rule.end, year) - rule.summer;
  bool summer = begin < end ? at >= begin && at < end : at >= begin || at < end;
  return summer ? rule.summer : rule.standard;
}

TimeZone::TimeZone(Text file) {
  Bytes in(file);
  Header h = read_header(in);
  std::size_t width = 4;
  if (h.version >= '2') {  // the same once more with times of 64 bits
    in.take(h.times * 5 + h.types * 6 + h.letters + h.leaps * 8 + h.standard_flags + h.utc_flags);
    h = read_header(in);
    width = 8;
  }
  for (std::size_t i = 0; i < h.times; ++i) times_.push_back(in.number(width));
  if (!std::is_sorted(times_.begin(), times_.end())) damaged("its times are not in order");
  Text indexes = in.take(h.times);
  std::vector<std::int64_t> types;
  for (std::size_t i = 0; i < h.types; ++i) {
    types.push_back(in.number(4));
    in.take(2);
  }
  offsets_.push_back(types[0]);
  for (char c : indexes) {
    auto index = static_cast<unsigned char>(c);
    if (index >= types.size()) damaged("a type of time is missing");
    offsets_.push_back(types[index]);
  }
  in.take(h.letters + h.leaps * (width + 4) + h.standard_flags + h.utc_flags);
  Text footer = in.rest();
  if (width == 4 || footer.size() < 3) return;
  if (footer.front() != '\n' || footer.back() != '\n') damaged("its rule does not stand between line ends");
  rule_ = RuleReader(footer.substr(1, footer.size() - 2)).read();
}

Millis TimeZone::offset(Millis at) const {
  // Beyond, the calendar of the standard library ends; nobody knows the clocks of that time anyway.
  constexpr Millis end_of_calendar = Millis{900'000'000'000'000};
  std::int64_t seconds = divide_down(std::clamp(at, -end_of_calendar, end_of_calendar), 1000);
  auto behind = std::upper_bound(times_.begin(), times_.end(), seconds);
  if (behind == times_.end() && rule_) return offset_by(*rule_, seconds) * 1000;
  return offsets_[static_cast<std::size_t>(behind - times_.begin())] * 1000;
}

std::shared_ptr<const TimeZone> TimeZone::find(Text name) {
  // Names that are none are not kept, so that there are never more than the database has.
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const TimeZone>, std::less<>> known;
  {
    std::lock_guard lock(mutex);
    if (auto it = known.find(name); it != known.end()) return it->second;
  }
  auto zone = std::make_shared<const TimeZone>(zone_file(name));
  std::lock_guard lock(mutex);
  return known.emplace(name, std::move(zone)).first->second;
}

}  // namespace playhead
