#include "playhead/modules/recommender.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <shared_mutex>

#include "engine/modules/recommend/aggregates.h"
#include "engine/modules/recommend/event_codec.h"

namespace playhead {

namespace {

constexpr std::array<Text, 12> event_names = {"impression", "view",    "finish",     "like",
                                              "favorite",   "comment", "share",      "follow",
                                              "dislike",    "unlike",  "unfavorite", "unfollow"};
constexpr std::size_t max_id = 1024;
constexpr std::size_t events_per_batch = 256;
constexpr std::int64_t log_page = 4096;

void check_id(Text id, const char* what) {
  if (id.empty() || id.size() > max_id)
    throw Error(ErrorCode::invalid,
                std::string(what) + " must have 1 to 1024 bytes, not " + std::to_string(id.size()));
}

template <class Number>
void check_option(const char* name, Number x, Number least, Number greatest) {
  if (x >= least && x <= greatest) return;  // NaN is not
  throw Error(ErrorCode::invalid, fmt::format("{}={} is outside {}..{}", name, x, least, greatest));
}

void check_options(const RecommenderOptions& o) {
  constexpr double shortest = .001, longest = 1'000'000, heaviest = 1'000'000;
  check_id(o.name, "name");
  check_option<std::size_t>("profile_size", o.profile_size, 1, 10'000);
  check_option("profile_half_life", o.profile_half_life, shortest, longest);
  check_option<std::size_t>("neighbors", o.neighbors, 1, 100'000);
  for (auto [hours, weight] : o.popularity_half_lives_h) {
    check_option("a half-life of popularity_half_lives_h", hours, shortest, longest);
    check_option("a weight of popularity_half_lives_h", weight, -heaviest, heaviest);
  }
  check_option("co_weight", o.co_weight, -heaviest, heaviest);
}

// Ties are broken by this, never by the order of arrival.
std::uint64_t tie_break(Text user, Text video) {
  std::uint64_t h = 14695981039346656037u;
  for (Text part : {user, Text("\0", 1), video})
    for (char c : part) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return h;
}

// In four sums, so that one addition need not wait for the one before it.
template <class F>
double sum_of(const std::vector<double>& x, F&& f) {
  std::array<double, 4> sums{};
  std::size_t i = 0;
  for (; i + 4 <= x.size(); i += 4)
    for (std::size_t k = 0; k < 4; ++k) sums[k] += f(x[i + k]);
  for (; i < x.size(); ++i) sums[0] += f(x[i]);
  return sums[0] + sums[1] + (sums[2] + sums[3]);
}

double deviation(const std::vector<double>& x) {
  if (x.empty()) return 0;
  auto n = static_cast<double>(x.size());
  double mean = sum_of(x, [](double v) { return v; }) / n;
  return std::sqrt(sum_of(x, [mean](double v) { return (v - mean) * (v - mean); }) / n);
}

}  // namespace

VideoEvent video_event(Text name) {
  auto at = std::find(event_names.begin(), event_names.end(), name);
  if (at != event_names.end()) return static_cast<VideoEvent>(at - event_names.begin());
  std::string known;
  for (Text n : event_names) known += (known.empty() ? "" : ", ") + std::string(n);
  throw Error(ErrorCode::invalid,
              "the event '" + std::string(name.substr(0, 64)) + "' is unknown; use one of " + known);
}

Text name_of(VideoEvent event) {
  return event_names[static_cast<std::size_t>(event)];
}

class Recommender::Impl {
 public:
  Impl(std::shared_ptr<Store> store, RecommenderOptions options)
      : store_(std::move(store)), options_(std::move(options)), aggregates_(options_) {
    if (!store_) throw Error(ErrorCode::invalid, "a recommender needs a store; open one first");
    check_options(options_);
    log_key_ = "playhead:" + options_.name + ":log";
    std::unique_lock lock(mutex_);
    catch_up();
  }

  void record_many(List<EventRecord> events) {
    for (const EventRecord& e : events) check(e);
    for (std::size_t from = 0; from < events.size(); from += events_per_batch)
      write(events.subspan(from, std::min(events_per_batch, events.size() - from)));
  }

  void add_video(Text id) {
    check_id(id, "video_id");
    std::unique_lock lock(mutex_);
    aggregates_.intern_video(id);
  }

  std::vector<Recommendation> recommend(Text user_id, std::size_t count, Millis now, bool exclude_seen) {
    check_id(user_id, "user_id");
    refresh();
    move_to(now);
    std::shared_lock lock(mutex_);
    Request request{user_id, {}, popular_parts(now)};
    const recommend::UserState* user = aggregates_.find_user(user_id);
    if (user != nullptr) {
      double position = 0;
      for (const recommend::Had& had : user->recent)
        request.profile.emplace_back(had.video, std::pow(.5, position++ / options_.profile_half_life));
    }
    request.parts.push_back(co_part(options_.co_weight, request.profile));
    std::vector<double> scores = blend(request.parts);
    if (exclude_seen && user != nullptr)
      for (const auto& [video, strongest] : user->strongest) scores[video] = excluded;
    return best(request, count, scores);
  }

  std::vector<Recommendation> similar(Text video_id, std::size_t count) {
    check_id(video_id, "video_id");
    refresh();
    std::shared_lock lock(mutex_);
    auto video = aggregates_.find_video(video_id);
    if (!video) return {};
    Request request{video_id, {{*video, 1}}, {}};
    request.parts.push_back(co_part(1, request.profile));
    std::vector<double> scores = blend(request.parts);
    scores[*video] = excluded;
    auto found = best(request, count, scores);
    std::erase_if(found, [](const Recommendation& r) { return r.score <= 0; });
    return found;
  }

  std::int64_t events() {
    refresh();
    return position_.load();
  }
  std::size_t videos() {
    refresh();
    std::shared_lock lock(mutex_);
    return aggregates_.videos();
  }
  Millis now() { return store_->now(); }

 private:
  static constexpr double excluded = -std::numeric_limits<double>::infinity();
  /// What one source says of every video, and how much of it counts: its weight in units of the deviation over
  /// the catalogue, so that weights compare like with like.
  struct Part {
    Text source;
    double scale = 0;
    std::vector<double> scores;
  };
  struct Request {
    Text seed;                                                      ///< of the hash that breaks ties
    std::vector<std::pair<recommend::VideoIndex, double>> profile;  ///< videos and their weights
    std::vector<Part> parts;
  };
  struct Candidate {
    double score;
    std::uint64_t tie;
    recommend::VideoIndex video;
    bool operator<(const Candidate& other) const {  // is better
      return score != other.score ? score > other.score : tie < other.tie;
    }
  };

  void check(const EventRecord& e) const {
    check_id(e.user_id, "user_id");
    check_id(e.video_id, "video_id");
    for (auto [value, what] : {std::pair(e.at, "at"), std::pair(e.watched_ms, "watched_ms"),
                               std::pair(e.duration_ms, "duration_ms")})
      if (value && (*value < 0 || *value > Millis{1} << 53))
        throw Error(ErrorCode::invalid, std::string(what) +
                                            " must be a number of milliseconds from 0 to 2^53, not " +
                                            std::to_string(*value));
  }

  // The log and the users' records are written in one batch; then the log is read up to its end, whoever
  // wrote it.
  void write(List<EventRecord> events) {
    std::vector<std::string> rows, keys, newest;
    Millis time = 0;
    for (EventRecord e : events) {
      if (!e.at) e.at = time != 0 ? time : (time = store_->now());
      rows.push_back(recommend::encode_event(e));
      keys.push_back("playhead:" + options_.name + ":user:" + std::string(e.user_id));
    }
    Batch batch;
    std::vector<Text> elements(rows.begin(), rows.end());
    RPush append;
    append.key = log_key_;
    append.elements = elements;
    batch.add(append);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Text row = rows[i];
      batch.add(LPush{.key = keys[i], .elements = {&row, 1}});
      batch.add(
          LTrim{.key = keys[i], .start = 0, .stop = static_cast<std::int64_t>(options_.profile_size) - 1});
    }
    store_->perform(batch);
    std::int64_t length = batch.reply<RPush>(0);
    std::unique_lock lock(mutex_);
    if (length - static_cast<std::int64_t>(rows.size()) != position_.load()) return catch_up();
    for (const std::string& row : rows) aggregates_.fold(recommend::decode_event(row));
    position_ = length;
  }

  void refresh() {
    if (!store_->capabilities().shared && in_step()) return;
    std::unique_lock lock(mutex_);
    catch_up();
  }
  bool in_step() { return store_->run(LLen{.key = log_key_}) == position_.load(); }

  void catch_up() {
    for (;;) {
      auto rows = store_->run(
          LRange{.key = log_key_, .start = position_.load(), .stop = position_.load() + log_page - 1});
      for (const std::string& row : rows) aggregates_.fold(recommend::decode_event(row));
      position_ += static_cast<std::int64_t>(rows.size());
      if (static_cast<std::int64_t>(rows.size()) < log_page) return;
    }
  }

  // Requests for about the same time, which most are, share what this prepares.
  void move_to(Millis now) {
    {
      std::shared_lock lock(mutex_);
      if (aggregates_.popularity().is_at(now)) return;
    }
    std::unique_lock lock(mutex_);
    aggregates_.popularity().move_to(now);
  }

  static Part part_of(Text source, double weight, std::vector<double> scores) {
    double d = deviation(scores);
    return {source, d > 0 ? weight / d : 0, std::move(scores)};
  }

  std::vector<Part> popular_parts(Millis now) const {
    std::vector<Part> parts;
    std::size_t h = 0;
    for (auto [hours, weight] : options_.popularity_half_lives_h)
      parts.push_back(part_of("popularity", weight, aggregates_.popularity().scores(h++, now)));
    return parts;
  }

  Part co_part(double weight, const std::vector<std::pair<recommend::VideoIndex, double>>& profile) const {
    std::vector<double> scores(aggregates_.videos() + 1, 0);
    for (auto [video, r] : profile) aggregates_.add_similarities(video, r, scores);
    scores.pop_back();
    aggregates_.finish_similarities(scores);
    return part_of("co", weight, std::move(scores));
  }

  std::vector<double> blend(const std::vector<Part>& parts) const {
    std::vector<double> scores(aggregates_.videos(), 0);
    for (const Part& part : parts)
      for (std::size_t v = 0; v < scores.size(); ++v) scores[v] += part.scale * part.scores[v];
    return scores;
  }

  // The `count` best are kept in a heap whose first is the worst of them: few videos get as far as the hash.
  std::vector<Recommendation> best(const Request& request, std::size_t count,
                                   const std::vector<double>& scores) const {
    count = std::min(count, scores.size());
    std::vector<Candidate> heap;
    for (recommend::VideoIndex v = 0; v < scores.size() && count > 0; ++v) {
      bool full = heap.size() == count;
      if (scores[v] == excluded || (full && scores[v] < heap.front().score)) continue;
      Candidate candidate{scores[v], tie_break(request.seed, aggregates_.video_id(v)), v};
      if (full) {
        if (!(candidate < heap.front())) continue;
        std::pop_heap(heap.begin(), heap.end());
        heap.pop_back();
      }
      heap.push_back(candidate);
      std::push_heap(heap.begin(), heap.end());
    }
    std::sort_heap(heap.begin(), heap.end());
    std::vector<Recommendation> out;
    for (const Candidate& c : heap) out.push_back(explain(request, c.video));
    return out;
  }

  Recommendation explain(const Request& request, recommend::VideoIndex v) const {
    Recommendation r{aggregates_.video_id(v), 0, {}};
    for (const Part& part : request.parts) {
      double contribution = part.scale * part.scores[v];
      r.score += contribution;
      if (contribution == 0) continue;
      if (!r.reasons.empty() && r.reasons.back().source == part.source) {
        r.reasons.back().contribution += contribution;
        continue;
      }
      Reason reason{std::string(part.source), contribution, {}};
      if (part.source == "co") reason.because = closest(request, v);
      r.reasons.push_back(std::move(reason));
    }
    return r;
  }

  // The video of the profile that counts most for another.
  std::optional<std::string> closest(const Request& request, recommend::VideoIndex v) const {
    std::optional<std::string> found;
    double most = 0;
    for (auto [video, r] : request.profile) {
      double by = r * aggregates_.similarity(video, v);
      if (by <= most) continue;
      most = by;
      found = aggregates_.video_id(video);
    }
    return found;
  }

  std::shared_ptr<Store> store_;
  RecommenderOptions options_;
  std::string log_key_;
  std::shared_mutex mutex_;  // guards aggregates_
  recommend::Aggregates aggregates_;
  std::atomic<std::int64_t> position_ = 0;  // events of the log that are folded in; changed under mutex_
};

Recommender::Recommender(std::shared_ptr<Store> store, RecommenderOptions options)
    : impl_(std::make_unique<Impl>(std::move(store), std::move(options))) {}
Recommender::~Recommender() = default;
void Recommender::add_video(Text video_id) {
  impl_->add_video(video_id);
}
void Recommender::record(const EventRecord& event) {
  impl_->record_many({&event, 1});
}
void Recommender::record_many(List<EventRecord> events) {
  impl_->record_many(events);
}
std::vector<Recommendation> Recommender::recommend(Text user_id, std::size_t count, std::optional<Millis> at,
                                                   bool exclude_seen) {
  return impl_->recommend(user_id, count, at ? *at : impl_->now(), exclude_seen);
}
std::vector<Recommendation> Recommender::similar(Text video_id, std::size_t count) {
  return impl_->similar(video_id, count);
}
std::int64_t Recommender::events() {
  return impl_->events();
}
std::size_t Recommender::videos() {
  return impl_->videos();
}

}  // namespace playhead
