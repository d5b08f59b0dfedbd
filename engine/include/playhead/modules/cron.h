#pragma once
// Times that repeat by the calendar.
#include <bitset>

#include "playhead/clock.h"

namespace playhead {

/// A cron expression of five fields, "minute hour day-of-month month day-of-week", as crontab(5) has them: `*`,
/// numbers, ranges (1-5), steps (*/15, 10-50/20), lists (1,15,30), names of months and days (jan, mon; any case), day
/// of week 0 or 7 for Sunday. If day of month and day of week are both restricted, a day that either names is meant. Also
/// @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually. A value; immutable.
class Cron {
 public:
  /// Throws Error{invalid} for what is no such expression, or one that names no day at all (30 February).
  static Cron parse(Text expression);

  /// The first time named after this one, Unix milliseconds; seconds and milliseconds are 0. The fields are those of a
  /// clock `utc_offset_minutes` ahead of UTC (east positive; -1440..1440): time zones that change their offset are for
  /// the caller. O(days until then).
  Millis next(Millis after, int utc_offset_minutes = 0) const;

 private:
  bool names_day(std::int64_t days) const;
  std::optional<std::int64_t> first_day(std::int64_t days, std::int64_t last) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;    // of the month, from 1
  std::bitset<13> months_;  // from 1
  std::bitset<7> weekdays_;
  bool any_day_ = false, any_weekday_ = false;
};

}  // namespace playhead
