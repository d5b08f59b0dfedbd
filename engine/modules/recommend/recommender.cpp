#include "playhead/modules/recommender.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <mutex>
#include <shared_mutex>

#include "engine/modules/recommend/check.h"
#include "engine/modules/recommend/fair_shared_mutex.h"
#include "engine/modules/recommend/log_rows.h"
#include "engine/modules/recommend/parallel.h"
#include "engine/modules/recommend/serving.h"
#include "engine/store/background.h"

namespace playhead {

using namespace recommend;

namespace {

constexpr std::array<Text, 12> event_names = {"impression", "view",    "finish",     "like",
                                              "favorite",   "comment", "share",      "follow",
                                              "dislike",    "unlike",  "unfavorite", "unfollow"};
constexpr std::size_t rows_per_batch = 4096;
constexpr std::size_t rows_worth_threads = 256;
constexpr std::size_t pair_window = 50;

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

RecommenderOptions RecommenderOptions::catalogue() {
  RecommenderOptions o;
  o.profile_size = 10'000;
  o.profile_half_life = 1'000'000;
  o.popularity_half_lives_h.clear();
  o.blend = {{"ease", .5}, {"als", .5}};
  return o;
}

class Recommender::Impl {
 public:
  Impl(std::shared_ptr<Store> store, RecommenderOptions options)
      : store_(std::move(store)), options_(std::move(options)) {
    if (!store_) throw Error(ErrorCode::invalid, "a recommender needs a store; open one first");
    check_options(options_);
    log_key_ = "playhead:" + options_.name + ":log";
    std::unique_lock lock(mutex_);
    begin();
    catch_up();
  }

  void record_many(List<EventRecord> events) {
    for (const EventRecord& e : events) check_event(e);
    Millis time = -1;
    for (std::size_t from = 0; from < events.size(); from += rows_per_batch) {
      std::vector<std::string> rows;
      for (EventRecord e : events.subspan(from, std::min(rows_per_batch, events.size() - from))) {
        if (!e.at) e.at = time >= 0 ? time : (time = store_->now());
        rows.push_back(event_row(e));
      }
      write(rows);
    }
    background_->wake();
  }
  void write_one(std::string row) { write({std::move(row)}); }

  bool knows(Text video_id) {
    refresh_state();
    std::shared_lock lock(mutex_);
    auto v = state_->catalogue.find(video_id);
    return v && state_->catalogue[*v].known;
  }

  std::vector<Recommendation> recommend(Text user_id, const Request& request) {
    check_id(user_id, "user_id");
    refresh_state();
    Millis now = request.at ? *request.at : store_->now();
    move_to(now);
    std::shared_lock lock(mutex_);
    const UserState* user = state_->find_user(user_id);
    Query query{*state_, user, now, no_name, profile_of(user, options_.profile_half_life)};
    if (request.region) {
      if (auto region = state_->catalogue.regions.find(*request.region)) query.region = *region;
    } else if (user != nullptr) {
      query.region = user->region;
    }
    return answer(options_, voices_,
                  {std::move(query), user_id, request.count, request.exclude_seen ? user : nullptr});
  }

  std::vector<Recommendation> similar(Text video_id, std::size_t count) {
    check_id(video_id, "video_id");
    refresh_state();
    std::shared_lock lock(mutex_);
    auto video = state_->catalogue.find(video_id);
    if (!video) return {};
    RecommenderOptions plain = options_;
    plain.ranker = Ranker::blend;
    plain.explore = 0;
    Query query{*state_, nullptr, 0, no_name, {{*video, 1}}};
    auto found = answer(plain, alike_, {std::move(query), video_id, count, nullptr, video});
    std::erase_if(found, [](const Recommendation& r) { return r.score <= 0; });
    return found;
  }

  std::optional<UserProfile> profile(Text user_id, std::optional<Millis> at);

  void refresh() {
    std::lock_guard one_at_a_time(refreshing_);
    while (!fit()) {
    }
  }

  bool step() {
    if (to_wait() > 0) return false;
    refresh();
    return true;
  }
  void run_in_background(std::function<void(Text)> on_error) { background_->start(std::move(on_error)); }
  void stop_background() { background_->stop(); }
  bool running() const { return background_->running(); }

  void forget(Text user_id) {
    check_id(user_id, "user_id");
    std::vector<std::string> rows;
    Batch batch;
    for (std::int64_t from = 0;; from += log_page) {
      rows = store_->run(LRange{.key = log_key_, .start = from, .stop = from + log_page - 1});
      for (std::size_t i = 0; i < rows.size(); ++i)
        if (is_about(rows[i], user_id))
          batch.add(
              LSet{.key = log_key_, .index = from + static_cast<std::int64_t>(i), .element = forgotten_row});
      if (static_cast<std::int64_t>(rows.size()) < log_page) break;
    }
    if (batch.calls.empty()) return;
    Text rebuild = rebuild_row;
    RPush append;
    append.key = log_key_;
    append.elements = {&rebuild, 1};
    batch.add(append);
    store_->perform(batch);
    refresh();
  }

  std::int64_t events() {
    refresh_state();
    return position_.load();
  }
  std::size_t videos() {
    refresh_state();
    std::shared_lock lock(mutex_);
    return state_->catalogue.known();
  }

 private:
  // False: all was counted anew meanwhile, since somebody was forgotten.
  bool fit() {
    refresh_state();
    Interactions data;
    std::uint64_t beginnings = 0;
    {
      std::shared_lock lock(mutex_);
      data = interactions_of(*state_);
      beginnings = beginnings_;
      fitted_events_ = position_.load();
      fitted_at_ = store_->now();
    }
    std::shared_ptr<const Ease> ease;
    std::shared_ptr<const Als> als;
    if (weight("ease") != 0) ease = Ease::fit(data, options_.ease_items, options_.ease_lambda, window());
    if (weight("als") != 0)
      als = Als::fit(data, {.factors = options_.als_factors,
                            .lambda = options_.als_lambda,
                            .alpha = options_.als_alpha,
                            .seed = options_.seed});
    std::unique_lock lock(mutex_);
    if (beginnings != beginnings_) return false;
    use(ease, als);
    return true;
  }

  static constexpr auto log_page = static_cast<std::int64_t>(rows_per_batch);

  std::size_t window() const { return std::max(options_.profile_size, pair_window); }

  double weight(const char* source) const {
    auto at = options_.blend.find(source);
    return at == options_.blend.end() ? 0.0 : at->second;
  }

  void begin() {
    state_ = std::make_unique<State>(options_);
    position_ = 0;
    ++beginnings_;
    use(nullptr, nullptr);
  }

  void use(const std::shared_ptr<const Ease>& ease, const std::shared_ptr<const Als>& als) {
    alike_ = of_profiles(ease, als);
    voices_ = of_profiles(ease, als);
    add(voices_, friends_source(), weight("friends"));
    add(voices_, fresh_source(), weight("fresh"));
    std::size_t h = 0;
    for (auto [hours, w] : options_.popularity_half_lives_h)
      add(voices_, popularity_source(h++), w * weight("popularity"));
  }

  /// The sources that know a user by his profile alone.
  std::vector<Voice> of_profiles(const std::shared_ptr<const Ease>& ease,
                                 const std::shared_ptr<const Als>& als) const {
    std::vector<Voice> out;
    if (ease) add(out, ease_source(ease), weight("ease"));
    if (als) add(out, als_source(als), weight("als"));
    add(out, co_source(), weight("co") + (ease || als ? 0 : weight("ease") + weight("als")));
    add(out, ordered_source(), weight("ordered"));
    add(out, tags_source(), weight("tags"));
    add(out, creator_source(), weight("creator"));
    return out;
  }
  static void add(std::vector<Voice>& voices, std::unique_ptr<Source> source, double weight) {
    if (weight != 0) voices.push_back({std::move(source), weight});
  }

  // What this call wrote is folded in at once, unless others wrote before it: then the log is read.
  void write(const std::vector<std::string>& rows) {
    std::vector<Text> elements(rows.begin(), rows.end());
    RPush append;
    append.key = log_key_;
    append.elements = elements;
    std::int64_t length = store_->run(append);
    std::unique_lock lock(mutex_);
    if (length - static_cast<std::int64_t>(rows.size()) != position_.load()) return catch_up();
    fold(rows);
  }

  // What stands before a row that is damaged counts, once.
  void fold(const std::vector<std::string>& rows) {
    std::vector<Rise> rises;
    std::exception_ptr damage;
    std::int64_t done = 0;
    for (const std::string& row : rows) {
      try {
        if (auto rise = fold_row(*state_, row)) rises.push_back(std::move(*rise));
      } catch (const Error&) {
        damage = std::current_exception();
        break;
      }
      ++done;
    }
    std::size_t parts = rises.size() < rows_worth_threads ? 1 : all_threads();
    in_parallel(parts, parts, [&](std::size_t part) { state_->co_counts.apply(rises, part, parts); });
    position_ += done;
    if (damage) std::rethrow_exception(damage);
  }

  void refresh_state() {
    if (!store_->capabilities().shared && in_step()) return;
    std::unique_lock lock(mutex_);
    catch_up();
  }
  bool in_step() { return store_->run(LLen{.key = log_key_}) == position_.load(); }

  // Who had counted rows that were forgotten since counts all anew.
  void catch_up() {
    bool had_counted = position_ > 0;
    for (;;) {
      auto rows = store_->run(
          LRange{.key = log_key_, .start = position_.load(), .stop = position_.load() + log_page - 1});
      if (had_counted && std::find(rows.begin(), rows.end(), rebuild_row) != rows.end()) {
        begin();
        had_counted = false;
        continue;
      }
      fold(rows);
      if (static_cast<std::int64_t>(rows.size()) < log_page) return;
    }
  }

  // Requests for about the same time, which most are, share what this prepares.
  void move_to(Millis now) {
    {
      std::shared_lock lock(mutex_);
      if (state_->is_at(now)) return;
    }
    std::unique_lock lock(mutex_);
    state_->move_to(now);
  }

  /// Until the models are to be computed: at most refresh_every_ms.
  Millis to_wait() {
    if (!options_.refresh_every_ms) return longest_wait;
    std::int64_t fitted = fitted_events_.load(), now = events();
    if (now == fitted) return *options_.refresh_every_ms;
    if (fitted == 0 || now - fitted >= std::max<std::int64_t>(fitted / 10, 1000)) return 0;
    return std::clamp<Millis>(fitted_at_.load() + *options_.refresh_every_ms - store_->now(), 0,
                              *options_.refresh_every_ms);
  }

  static constexpr Millis longest_wait = 60'000;
  std::shared_ptr<Store> store_;
  RecommenderOptions options_;
  std::string log_key_;
  std::mutex refreshing_;
  FairSharedMutex mutex_;  // guards what follows
  std::unique_ptr<State> state_;
  std::uint64_t beginnings_ = 0;            // how often counting began
  std::vector<Voice> voices_, alike_;       // of recommend(), and of similar()
  std::atomic<std::int64_t> position_ = 0;  // rows of the log that are folded in; changed under mutex_
  std::atomic<std::int64_t> fitted_events_ = 0;
  std::atomic<Millis> fitted_at_ = 0;
  BackgroundPtr background_{new Background("recommender", longest_wait, [this](const auto&) -> Millis {
    step();
    return std::min(to_wait(), longest_wait);
  })};
};

std::optional<UserProfile> Recommender::Impl::profile(Text user_id, std::optional<Millis> at) {
  check_id(user_id, "user_id");
  refresh_state();
  Millis now = at ? *at : store_->now();
  std::shared_lock lock(mutex_);
  const UserState* user = state_->find_user(user_id);
  if (user == nullptr) return std::nullopt;
  UserProfile out;
  auto interests = [&](const Taste& taste, const Names& names, std::vector<UserProfile::Interest>& to) {
    for (const Taste::Weight& w : taste.at(now)) to.push_back({names[w.name], w.short_term, w.long_term});
    std::sort(to.begin(), to.end(), [](const auto& a, const auto& b) {
      return a.long_term != b.long_term ? a.long_term > b.long_term : a.name < b.name;
    });
  };
  const Catalogue& catalogue = state_->catalogue;
  interests(user->tags, catalogue.tags, out.tags);
  interests(user->creators, catalogue.people, out.creators);
  for (auto had = user->recent.rbegin(); had != user->recent.rend(); ++had)
    out.recent.push_back(catalogue.id(had->video));
  for (NameIndex person : user->follows) out.follows.push_back(catalogue.people[person]);
  out.hours.assign(user->hours.begin(), user->hours.end());
  if (user->device != no_name) out.device = state_->devices[user->device];
  if (user->region != no_name) out.region = catalogue.regions[user->region];
  out.seen = user->seen.newest().size();
  return out;
}

Recommender::Recommender(std::shared_ptr<Store> store, RecommenderOptions options)
    : impl_(std::make_unique<Impl>(std::move(store), std::move(options))) {}
Recommender::~Recommender() = default;
void Recommender::add_video(Text video_id, const VideoAttributes& attributes) {
  check_video(video_id, attributes);
  impl_->write_one(video_row(video_id, attributes));
}
bool Recommender::remove_video(Text video_id) {
  check_id(video_id, "video_id");
  if (!impl_->knows(video_id)) return false;
  impl_->write_one(withdrawal_row(video_id));
  return true;
}
void Recommender::record(const EventRecord& event) {
  impl_->record_many({&event, 1});
}
void Recommender::record_many(List<EventRecord> events) {
  impl_->record_many(events);
}
void Recommender::follow(Text user_id, Text other_id) {
  check_id(user_id, "user_id");
  check_id(other_id, "other_id");
  impl_->write_one(follow_row(user_id, other_id, true));
}
void Recommender::unfollow(Text user_id, Text other_id) {
  check_id(user_id, "user_id");
  check_id(other_id, "other_id");
  impl_->write_one(follow_row(user_id, other_id, false));
}
std::vector<Recommendation> Recommender::recommend(Text user_id, const Request& request) {
  return impl_->recommend(user_id, request);
}
std::vector<Recommendation> Recommender::recommend(Text user_id, std::size_t count, std::optional<Millis> at,
                                                   bool exclude_seen) {
  return impl_->recommend(user_id, {count, at, {}, exclude_seen});
}
std::vector<Recommendation> Recommender::similar(Text video_id, std::size_t count) {
  return impl_->similar(video_id, count);
}
std::optional<UserProfile> Recommender::profile(Text user_id, std::optional<Millis> at) {
  return impl_->profile(user_id, at);
}
void Recommender::boost(const BoostRequest& boost) {
  check_boost(boost);
  impl_->write_one(boost_row(boost));
}
void Recommender::forget(Text user_id) {
  impl_->forget(user_id);
}
void Recommender::refresh() {
  impl_->refresh();
}
bool Recommender::step() {
  return impl_->step();
}
void Recommender::run_in_background(std::function<void(Text)> on_error) {
  impl_->run_in_background(std::move(on_error));
}
void Recommender::stop_background() {
  impl_->stop_background();
}
bool Recommender::running() const {
  return impl_->running();
}
std::int64_t Recommender::events() {
  return impl_->events();
}
std::size_t Recommender::videos() {
  return impl_->videos();
}

}  // namespace playhead
