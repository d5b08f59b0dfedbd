#include "playhead/time_zone.h"

#include <catch2/catch.hpp>

#include "playhead/error.h"

using namespace playhead;

namespace {

constexpr Millis second = 1000, hour = 3'600'000;

/// A file of 64-bit times: types of offsets, transitions, and a rule.
std::string file(const std::vector<std::int32_t>& types,
                 const std::vector<std::pair<std::int64_t, std::uint8_t>>& transitions, Text rule) {
  auto number = [](std::uint64_t n, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(n >> (8 * i));
    return out;
  };
  auto header = [&](std::size_t times, std::size_t kinds) {
    std::string out = "TZif2" + std::string(15, '\0');
    for (std::size_t n : {std::size_t{0}, std::size_t{0}, std::size_t{0}, times, kinds, std::size_t{4}})
      out += number(n, 4);
    return out;
  };
  std::string out =
      header(0, 1) + std::string(6, '\0') + "UTC" + '\0' + header(transitions.size(), types.size());
  for (const auto& [at, type] : transitions) out += number(static_cast<std::uint64_t>(at), 8);
  for (const auto& [at, type] : transitions) out += static_cast<char>(type);
  for (std::int32_t offset : types)
    out += number(static_cast<std::uint32_t>(offset), 4) + std::string(2, '\0');
  return out + "ABC" + '\0' + "\n" + std::string(rule) + "\n";
}

/// A zone that is nothing but a rule.
TimeZone by_rule(Text rule) {
  return TimeZone(file({0}, {}, rule));
}

constexpr Millis january_2024 = 1'704'067'200'000, july_2024 = 1'719'792'000'000;

}  // namespace

TEST_CASE("clocks follow the transitions of a zone's file", "[time_zone]") {
  TimeZone zone(file({561, 3600, 7200}, {{-1'000, 1}, {1'000, 2}, {2'000, 1}}, ""));
  CHECK(zone.offset(-2'000 * second) == 561 * second);
  CHECK(zone.offset(-1'000 * second - 1) == 561 * second);
  CHECK(zone.offset(-1'000 * second) == hour);
  CHECK(zone.offset(999'999) == hour);
  CHECK(zone.offset(1'000 * second) == 2 * hour);
  CHECK(zone.offset(5'000 * second) == hour);
}

TEST_CASE("behind its last transition a zone goes by its rule", "[time_zone]") {
  TimeZone zone(file({0, 7200}, {{1'000'000'000, 1}}, "CET-1CEST,M3.5.0,M10.5.0/3"));
  CHECK(zone.offset(999'999'999 * second) == 0);
  CHECK(zone.offset(january_2024) == hour);
  CHECK(zone.offset(july_2024) == 2 * hour);
  CHECK(zone.offset(1'711'846'799'999) == hour);      // 31 March 2024, 00:59:59.999 UTC
  CHECK(zone.offset(1'711'846'800'000) == 2 * hour);  // an hour later than it was
  CHECK(zone.offset(1'729'990'799'999) == 2 * hour);  // 27 October 2024
  CHECK(zone.offset(1'729'990'800'000) == hour);
}

TEST_CASE("rules are read in all the forms that they have", "[time_zone]") {
  CHECK(by_rule("UTC0").offset(january_2024) == 0);
  CHECK(by_rule("EST5").offset(july_2024) == -5 * hour);
  CHECK(by_rule("<+0545>-5:45").offset(july_2024) == 5 * hour + 45 * 60 * second);
  CHECK(by_rule("<-00>0:00:30").offset(july_2024) == -30 * second);
  CHECK(by_rule("AEST-10AEDT,M10.1.0,M4.1.0/3").offset(january_2024) == 11 * hour);  // summer over new year
  CHECK(by_rule("AEST-10AEDT,M10.1.0,M4.1.0/3").offset(july_2024) == 10 * hour);
  CHECK(by_rule("IST-1GMT0,M10.5.0,M3.5.0/1").offset(january_2024) == 0);  // Dublin: winter is the exception
  CHECK(by_rule("IST-1GMT0,M10.5.0,M3.5.0/1").offset(july_2024) == hour);
  CHECK(by_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0").offset(july_2024) == -1 * hour);
  CHECK(by_rule("X0Y,J60/0,J61/0").offset(1'709'164'800'000) == 0);      // 29 February 2024 has no number
  CHECK(by_rule("X0Y,J60/0,J61/0").offset(1'709'251'200'000) == hour);   // 1 March
  CHECK(by_rule("X0Y,59/0,60/0").offset(1'709'164'800'000) == hour);     // counted from 0, that day included
  CHECK(by_rule("EST5EDT,0/0,J365/25").offset(july_2024) == -4 * hour);  // all year
}

TEST_CASE("zones of the machine's database are found by name", "[time_zone]") {
  CHECK(TimeZone::find("Europe/Paris")->offset(july_2024) == 2 * hour);
  CHECK(TimeZone::find("America/St_Johns")->offset(january_2024) == -12'600 * second);
  CHECK(TimeZone::find("Asia/Kathmandu")->offset(0) == 19'800 * second);  // half past five then
  CHECK(TimeZone::find("Etc/GMT+12")->offset(0) == -12 * hour);
  CHECK(TimeZone::find("Asia/Kathmandu") == TimeZone::find("Asia/Kathmandu"));
  for (Millis far : {INT64_MIN, INT64_MAX}) CHECK(TimeZone::find("Asia/Tokyo")->offset(far) > 9 * hour - 1);
}

TEST_CASE("what is no name of a zone is refused, whatever file it would be", "[time_zone]") {
  for (Text name : {"", "Nowhere/Land", "/etc/passwd", "../zoneinfo/UTC", "Europe", "Europe/Paris/",
                    "Europe//Paris", "tzdata.zi"}) {
    INFO(name);
    REQUIRE_THROWS_AS(TimeZone::find(name), Error);
  }
  REQUIRE_THROWS_AS(TimeZone::find(Text("Europe/Paris\0", 13)), Error);
}

TEST_CASE("a damaged file of a zone is refused", "[time_zone]") {
  std::string whole = file({3600, 7200}, {{1'000, 1}, {2'000, 0}}, "CET-1CEST,M3.5.0,M10.5.0/3");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    Text part = Text(whole).substr(0, size);
    if (size < whole.size() - 29)
      REQUIRE_THROWS_AS(TimeZone(part), Error);  // without its rule it may be whole
  }
  std::string disordered = file({0}, {{2'000, 0}, {1'000, 0}}, "");
  REQUIRE_THROWS_AS(TimeZone(disordered), Error);
  REQUIRE_THROWS_AS(TimeZone(file({0}, {{1'000, 1}}, "")), Error);
  for (Text rule : {"CET", "CET-1CEST", "CET-1CEST,M3.5", "CET-1CEST,M13.1.0,M1.1.0",
                    "CET-1CEST,M3.6.0,M1.1.0", "<CET-1", "CET-1x", "CET-1CEST,M3.5.0,M10.5.0,"}) {
    INFO(rule);
    REQUIRE_THROWS_AS(by_rule(rule), Error);
  }
}
