#include "playhead/modules/recommender.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <mutex>
#include <numeric>
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

// Ties are broken by this, never by the order of arrival.
std::uint64_t tie_break(Text user, Text video) {
  std::uint64_t h = 14695981039346656037u;
  for (Text part : {user, Text("\0", 1), video})
    for (char c : part) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return h;
}

double deviation(const std::vector<double>& x) {
  double n = static_cast<double>(x.size()), sum = std::accumulate(x.begin(), x.end(), 0.0), square = 0;
  for (double v : x) square += (v - sum / n) * (v - sum / n);
  return n > 0 ? std::sqrt(square / n) : 0;
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
    std::shared_lock lock(mutex_);
    const recommend::UserState* user = aggregates_.find_user(user_id);
    std::vector<Part> parts = popular_parts(now);
    Part co{"co", options_.co_weight, std::vector<double>(aggregates_.videos(), 0),
            std::vector<recommend::VideoIndex>(aggregates_.videos(), none)};
    if (user != nullptr) {
      std::vector<double> strongest(aggregates_.videos(), 0);
      double position = 0;
      for (const recommend::Had& had : user->recent)
        add_neighbors(had.video, std::pow(.5, position++ / options_.profile_half_life), co, strongest);
    }
    parts.push_back(std::move(co));
    return best(user_id, count, parts, exclude_seen ? user : nullptr, none);
  }

  std::vector<Recommendation> similar(Text video_id, std::size_t count) {
    check_id(video_id, "video_id");
    refresh();
    std::shared_lock lock(mutex_);
    auto v = aggregates_.find_video(video_id);
    if (!v) return {};
    std::vector<Part> parts(1);
    parts[0] = {"co", 1, std::vector<double>(aggregates_.videos(), 0),
                std::vector<recommend::VideoIndex>(aggregates_.videos(), none)};
    std::vector<double> strongest(aggregates_.videos(), 0);
    add_neighbors(*v, 1, parts[0], strongest);
    auto found = best(video_id, count, parts, nullptr, *v);
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
  static constexpr recommend::VideoIndex none = 0xffffffff;
  struct Part {
    std::string source;
    double weight = 0;
    std::vector<double> score;
    std::vector<recommend::VideoIndex> because;
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

  std::vector<Part> popular_parts(Millis now) const {
    std::vector<Part> parts;
    std::size_t h = 0;
    for (auto [hours, weight] : options_.popularity_half_lives_h) {
      Part part{"popularity", weight, std::vector<double>(aggregates_.videos()), {}};
      for (recommend::VideoIndex v = 0; v < part.score.size(); ++v)
        part.score[v] = aggregates_.popularity(v, h, now);
      parts.push_back(std::move(part));
      ++h;
    }
    return parts;
  }

  void add_neighbors(recommend::VideoIndex from, double weight, Part& part,
                     std::vector<double>& strongest) const {
    aggregates_.each_neighbor(from, [&](recommend::VideoIndex to, double similarity) {
      double by = weight * similarity;
      part.score[to] += by;
      if (by <= strongest[to]) return;
      strongest[to] = by;
      part.because[to] = from;
    });
  }

  // Each part is scaled by its deviation over the catalogue, so that weights compare like with like.
  std::vector<Recommendation> best(Text seed, std::size_t count, const std::vector<Part>& parts,
                                   const recommend::UserState* seen, recommend::VideoIndex except) const {
    std::vector<double> scale;
    for (const Part& part : parts) {
      double d = deviation(part.score);
      scale.push_back(d > 0 ? part.weight / d : 0);
    }
    struct Candidate {
      double score;
      std::uint64_t tie;
      recommend::VideoIndex video;
    };
    std::vector<Candidate> candidates;
    for (recommend::VideoIndex v = 0; v < aggregates_.videos(); ++v) {
      if (v == except || (seen != nullptr && seen->strongest.contains(v))) continue;
      double score = 0;
      for (std::size_t p = 0; p < parts.size(); ++p) score += scale[p] * parts[p].score[v];
      candidates.push_back({score, 0, v});
    }
    for (Candidate& c : candidates) c.tie = tie_break(seed, aggregates_.video_id(c.video));
    auto end = candidates.begin() + static_cast<std::ptrdiff_t>(std::min(count, candidates.size()));
    std::partial_sort(candidates.begin(), end, candidates.end(), [](const Candidate& a, const Candidate& b) {
      return a.score != b.score ? a.score > b.score : a.tie < b.tie;
    });
    std::vector<Recommendation> out;
    for (auto c = candidates.begin(); c != end; ++c) out.push_back(explain(c->video, parts, scale));
    return out;
  }

  Recommendation explain(recommend::VideoIndex v, const std::vector<Part>& parts,
                         const std::vector<double>& scale) const {
    Recommendation r{aggregates_.video_id(v), 0, {}};
    for (std::size_t p = 0; p < parts.size(); ++p) {
      double contribution = scale[p] * parts[p].score[v];
      r.score += contribution;
      if (contribution == 0) continue;
      if (!r.reasons.empty() && r.reasons.back().source == parts[p].source) {
        r.reasons.back().contribution += contribution;
        continue;
      }
      Reason reason{parts[p].source, contribution, {}};
      if (!parts[p].because.empty() && parts[p].because[v] != none)
        reason.because = aggregates_.video_id(parts[p].because[v]);
      r.reasons.push_back(std::move(reason));
    }
    return r;
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
