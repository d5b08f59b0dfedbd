#include "playhead/time_zone.h"

#include <catch2/catch.hpp>
#include <limits>
#include <thread>

#include "playhead/error.h"

using namespace playhead;

namespace {

constexpr Millis minute = 60'000, hour = 60 * minute;
constexpr Millis january_2024 = 1'704'067'200'000, july_2024 = 1'719'792'000'000,
                 july_2090 = 3'802'982'400'000;

}  // namespace

TEST_CASE("clocks of a zone change at its transitions, to the millisecond", "[time_zone]") {
  CHECK(utc_offset("Europe/Paris", january_2024) == hour);
  CHECK(utc_offset("Europe/Paris", july_2024) == 2 * hour);
  CHECK(utc_offset("Europe/Paris", 1'711'846'799'999) == hour);  // 31 March 2024, 00:59:59.999 UTC
  CHECK(utc_offset("Europe/Paris", 1'711'846'800'000) == 2 * hour);
  CHECK(utc_offset("Europe/Paris", 1'729'990'799'999) == 2 * hour);  // 27 October 2024
  CHECK(utc_offset("Europe/Paris", 1'729'990'800'000) == hour);
  CHECK(utc_offset("America/St_Johns", january_2024) == -210 * minute);
  CHECK(utc_offset("Asia/Kathmandu", july_2024) == 345 * minute);
  CHECK(utc_offset("Asia/Kathmandu", 0) == 330 * minute);
  CHECK(utc_offset("Australia/Sydney", january_2024) == 11 * hour);  // summer there
  CHECK(utc_offset("Etc/GMT+12", 0) == -12 * hour);
  CHECK(utc_offset("UTC", july_2024) == 0);
}

TEST_CASE("behind its last known transition a zone goes by its rule", "[time_zone]") {
  CHECK(utc_offset("Europe/Paris", july_2090) == 2 * hour);
  CHECK(utc_offset("America/New_York", july_2090) == -4 * hour);
  for (Millis far : {std::numeric_limits<Millis>::min(), std::numeric_limits<Millis>::max()})
    CHECK(utc_offset("Asia/Tokyo", far) > 9 * hour - 1);
}

TEST_CASE("what is no name of a zone is refused, whatever file it would be", "[time_zone]") {
  for (Text name :
       {"", "Nowhere/Land", "/etc/passwd", "../zoneinfo/UTC", "Europe", "Europe/Paris/", "Europe//Paris",
        "tzdata.zi", "file:Europe/Paris", "libc:localtime", "Fixed/UTC+01:00:00"}) {
    INFO(name);
    REQUIRE_THROWS_AS(utc_offset(name, 0), Error);
  }
  REQUIRE_THROWS_AS(utc_offset(Text("Europe/Paris\0", 13), 0), Error);
  REQUIRE_THROWS_AS(utc_offset(std::string(300, 'a'), 0), Error);
}

TEST_CASE("eight threads may ask for zones at once", "[time_zone]") {
  std::vector<std::thread> threads;
  std::vector<Millis> found(8);
  for (Millis& offset : found)
    threads.emplace_back([&] { offset = utc_offset("Africa/Cairo", january_2024); });
  for (auto& thread : threads) thread.join();
  CHECK(found == std::vector<Millis>(8, 2 * hour));
}
