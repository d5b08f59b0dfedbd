#pragma once
// Clocks of places: the offsets of IANA time zones.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "playhead/clock.h"

namespace playhead {

/// The clocks of an IANA time zone ("Europe/Paris"), as the machine's own database (package tzdata) has them: files in
/// the format TZif of RFC 9636, looked for in the directory that TZDIR names and where systems keep them. Immutable,
/// thread-safe.
class TimeZone {
 public:
  /// The zone of that name, read once. Throws Error{invalid} if the database has none, Error{unavailable} if there is
  /// no database, Error{corrupt} if its file is damaged. O(1) after the first call.
  static std::shared_ptr<const TimeZone> find(Text name);
  /// A zone from the bytes of a TZif file. Throws Error{corrupt}.
  explicit TimeZone(Text file);

  /// How far its clocks are before UTC at a time, in milliseconds; negative west of Greenwich. O(log n).
  Millis offset(Millis at) const;

 private:
  /// A day of the year and a time of that day at which clocks change, as POSIX writes them.
  struct Change {
    enum class Kind : std::uint8_t { month_week_day, day_without_leap, day } kind = Kind::day;
    int month = 0, week = 0, day = 0;
    std::int64_t seconds = 7200;
  };
  /// What holds after the last transition of the file.
  struct Rule {
    std::int64_t standard = 0, summer = 0;  ///< offsets, in seconds
    std::optional<Change> begin, end;       ///< of summer time; none: there is no summer time
  };
  class RuleReader;
  static std::int64_t time_of(const Change& change, std::int64_t year);
  static std::int64_t offset_by(const Rule& rule, std::int64_t at);

  std::vector<std::int64_t> times_;    // when offsets change, Unix seconds
  std::vector<std::int64_t> offsets_;  // from then on; one more, the first one, before all
  std::optional<Rule> rule_;
};

}  // namespace playhead
