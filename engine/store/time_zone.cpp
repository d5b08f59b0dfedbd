#include "playhead/time_zone.h"

#include <cctz/time_zone.h>

#include <algorithm>

#include "playhead/error.h"

namespace playhead {

namespace {

using Seconds = cctz::time_point<cctz::seconds>;

// No path: cctz would read any file.
bool is_name(Text zone) {
  constexpr std::size_t longest = 255;
  if (zone.empty() || zone.size() > longest || zone.ends_with('/')) return false;
  for (std::size_t begin = 0; begin < zone.size();) {
    std::size_t end = std::min(zone.find('/', begin), zone.size());
    Text part = zone.substr(begin, end - begin);
    bool plain = std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
             c == '+' || c == '-';
    });
    if (part.empty() || !plain) return false;
    begin = end + 1;
  }
  return true;
}

bool has_database() {
  cctz::time_zone any;
  return cctz::load_time_zone("Etc/GMT+1", &any);
}

}  // namespace

Millis utc_offset(Text zone, Millis at) {
  constexpr Millis first = -62'135'596'800'000, last = 253'402'300'799'000;  // the years 1 to 9999
  cctz::time_zone found;
  if (!is_name(zone) || !cctz::load_time_zone(std::string(zone), &found)) {
    if (!has_database())
      throw Error(
          ErrorCode::unavailable,
          "this machine has no database of time zones; install tzdata, or let TZDIR name its directory");
    throw Error(ErrorCode::invalid,
                "\"" + std::string(zone.substr(0, 64)) +
                    "\" is no time zone of this machine's database; use a name like Europe/Paris");
  }
  auto time = std::chrono::floor<cctz::seconds>(std::chrono::milliseconds(std::clamp(at, first, last)));
  return Millis{1000} * found.lookup(Seconds(time)).offset;
}

}  // namespace playhead
