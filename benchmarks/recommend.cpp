// The recommender on the memory store: how fast it takes events, one by one and in bulk, how long an answer takes, what
// it keeps in memory, and how long a refresh takes, for more and more events and videos.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

#include "benchmarks/support/data.h"
#include "benchmarks/support/report.h"
#include "benchmarks/support/resident.h"
#include "playhead/modules/recommender.h"
#include "playhead/open.h"

namespace {

using namespace playhead;
using namespace playhead::bench;
using Timer = std::chrono::steady_clock;

constexpr Millis start = 1'700'000'000'000;
constexpr std::size_t events_per_user = 50, groups = 100, asked = 20'000;

double seconds_since(Timer::time_point begin) {
  return std::chrono::duration<double>(Timer::now() - begin).count();
}

/// Events of a platform in the order of time: videos are popular as Zipf's law has it, belong to groups, and users keep
/// to two groups of their own four times of five.
class Traffic {
 public:
  Traffic(std::size_t events, std::size_t videos)
      : users_(names("user:", std::max<std::size_t>(1, events / events_per_user))),
        videos_(names("video:", videos)),
        tags_(names("tag:", groups)),
        random_(7) {
    rows_.reserve(events);
    for (std::size_t i = 0; i < events; ++i) {
      std::size_t user = random_() % users_.size();
      EventRecord e{.user_id = users_[user], .video_id = videos_[video_for(user)]};
      e.event = random_() % 10 == 0 ? VideoEvent::like : VideoEvent::view;
      e.at = start + static_cast<Millis>(i) * 100;
      e.duration_ms = 30'000;
      e.watched_ms = static_cast<Millis>(random_() % 40'000);
      rows_.push_back(e);
    }
  }

  void add_videos(Recommender& r) const {
    for (std::size_t v = 0; v < videos_.size(); ++v) {
      std::vector<Text> tags = {tags_[v % groups], tags_[v * 7 % groups]};
      r.add_video(videos_[v], {.creator = tags_[v * 31 % groups], .tags = tags, .uploaded_at = start});
    }
  }
  List<EventRecord> rows() const { return rows_; }
  const std::vector<std::string>& users() const { return users_; }
  const std::vector<std::string>& videos() const { return videos_; }
  Millis end() const { return *rows_.back().at; }

 private:
  std::size_t video_for(std::size_t user) {
    double u = std::generate_canonical<double, 53>(random_);
    auto rank = static_cast<std::size_t>(std::pow(static_cast<double>(videos_.size()), u)) - 1;
    if (random_() % 5 == 0) return rank;
    std::size_t group = (user * 2 + random_() % 2) % groups;
    return std::min(rank / groups * groups + group, videos_.size() - 1);
  }

  std::vector<std::string> users_, videos_, tags_;
  std::mt19937_64 random_;
  std::vector<EventRecord> rows_;
};

struct Figures {
  double one_by_one = 0, bulk = 0;  // events per second
  double p50 = 0, p99 = 0;          // microseconds of an answer
  double user = 0, video = 0;       // bytes
  double refresh = 0, reopen = 0;   // seconds
};

void time_answers(Recommender& r, const Traffic& traffic, Figures& f) {
  Positions users(traffic.users().size());
  std::vector<double> times;
  for (std::size_t i = 0; i < asked / 10 + asked; ++i) {
    auto begin = Timer::now();
    keep(r.recommend(traffic.users()[users.next()], 10, traffic.end() + static_cast<Millis>(i)));
    if (i >= asked / 10) times.push_back(seconds_since(begin) * 1e6);
  }
  std::sort(times.begin(), times.end());
  f.p50 = times[times.size() / 2];
  f.p99 = times[times.size() * 99 / 100];
}

Figures with(std::size_t events, std::size_t videos) {
  Figures f;
  Traffic traffic(events, videos);
  List<EventRecord> rows = traffic.rows();
  auto store = open("memory://");
  malloc_trim(0);
  std::size_t before = resident("self");
  Recommender r(store);
  traffic.add_videos(r);
  f.video = static_cast<double>(resident("self") - before) / static_cast<double>(videos);
  before = resident("self");
  std::size_t singles = std::min<std::size_t>(events / 2, 100'000), bulk = events - singles;
  auto begin = Timer::now();
  for (std::size_t at = 0; at < bulk; at += 1000)
    r.record_many(rows.subspan(at, std::min<std::size_t>(1000, bulk - at)));
  f.bulk = static_cast<double>(bulk) / seconds_since(begin);
  begin = Timer::now();
  for (const EventRecord& e : rows.subspan(bulk)) r.record(e);
  f.one_by_one = static_cast<double>(singles) / seconds_since(begin);
  malloc_trim(0);
  f.user = static_cast<double>(resident("self") - before) / static_cast<double>(traffic.users().size());
  begin = Timer::now();
  r.refresh();
  f.refresh = seconds_since(begin);
  time_answers(r, traffic, f);
  begin = Timer::now();
  keep(Recommender(store).events());
  f.reopen = seconds_since(begin);
  return f;
}

std::string text(double x) {
  return x >= 100 ? grouped(static_cast<std::uint64_t>(std::llround(x))) : std::to_string(x).substr(0, 4);
}

}  // namespace

int main() {
  Report report(
      "recommend", "Recommender, memory store",
      "Events of users who have 50 each, on videos with two tags and a creator each; 10 videos for a user, "
      "after refresh(), with all sources of the default blend.");
  std::vector<std::pair<std::size_t, std::size_t>> sizes = {
      {100'000, 10'000}, {1'000'000, 10'000}, {1'000'000, 100'000}};
  if (large()) sizes.insert(sizes.end(), {{10'000'000, 100'000}, {1'000'000, 1'000'000}});
  std::vector<std::vector<std::string>> cells;
  for (auto [events, videos] : sizes) {
    Figures f = with(events, videos);
    std::string of = ", " + power(events) + " events, " + power(videos) + " videos";
    auto row = [&](const std::string& what, const std::string& unit, double value, Budget budget) {
      report.add(
          {.what = what + of, .floor = {}, .unit = unit, .ours = value, .ratio = value, .budget = budget});
    };
    row("recommend, p99", "us", f.p99, events == 1'000'000 && videos == 10'000 ? at_most(1000) : no_budget());
    cells.push_back({power(events), power(videos), text(f.one_by_one), text(f.bulk), text(f.p50), text(f.p99),
                     text(f.user), text(f.video), text(f.refresh), text(f.reopen)});
  }
  report.table({"events", "videos", "record, events/s", "record_many, events/s", "recommend p50, us",
                "recommend p99, us", "bytes a user", "bytes a video", "refresh, s", "read from the log, s"},
               cells);
  report.note(
      "20,000 answers each, each at another time. record_many: 1,000 events a call. Bytes a user: growth of "
      "resident memory with the events, divided by the users: the log in the store, profiles, and what "
      "videos "
      "gain by their co-counts.");
  report.write();
}
