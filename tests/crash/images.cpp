#include "tests/crash/images.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "backends/rocksdb/check.h"
#include "tests/crash/model.h"
#include "tests/crash/unreliable_store.h"

namespace playhead::crash {

namespace {

using differential::Random;
using rocks::Durability;

constexpr std::size_t thread_count = 3;
constexpr std::uint64_t images_per_store = 20;
constexpr Millis store_time = 1'700'000'000'000;

/// When a change began and was acknowledged, on a scale that all threads share.
struct Stamps {
  std::uint64_t begun = 0, acknowledged = 0;
};

/// A thread that writes.
struct Line {
  std::atomic<std::uint64_t> begun{0}, acknowledged{0};  ///< how many changes
  std::atomic<std::uint64_t> durable{0};                 ///< acknowledged when the logs were durable
  std::mutex mutex;
  std::vector<Stamps> stamps;  ///< guarded by mutex
  Model model;                 ///< of the last image: after `changes`
  std::uint64_t changes = 0;
};

struct Bounds {
  std::uint64_t least = 0, acknowledged = 0, most = 0;
};

/// One image that waits to be looked at.
struct Image {
  std::string path;
  std::vector<Bounds> bounds;
};

/// The numbers of changes that explain what a thread's keys hold.
struct Explained {
  std::uint64_t first = 0, last = 0;
};

/// One store, and the images of it.
class Session {
 public:
  Session(const ImageOptions& options, std::uint64_t number, ImageReport& report)
      : options_(options),
        report_(report),
        seed_(options.seed + number),
        random_(seed_),
        mode_(static_cast<Durability>(number % 3)),
        place_(options.directory),
        files_(std::make_shared<UnreliableFiles>(place_ / "store", place_ / "graves")),
        env_(rocksdb::NewCompositeEnv(files_)) {
    storage_.durability = mode_;
    storage_.sync_interval_ms = 2;
    storage_.write_buffer_bytes = number / 3 % 2 == 0 ? 32 << 10 : 1 << 20;
    storage_.cache_bytes = 1 << 20;
  }

  void run(std::uint64_t images) {
    files_->when_logs_are_durable([this] {
      for (Line& line : lines_) line.durable = line.acknowledged.load();
    });
    if (options_.forget_fsync) files_->forget_fsync();
    store_ = open_store(place_ / "store", storage_, env_.get(), store_time);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < thread_count; ++t) threads.emplace_back([this, t] { write(t); });
    for (std::uint64_t i = 0; i < images && report_.findings.size() < options_.findings; ++i) next_image(i);
    stopping_ = true;
    look_no_longer();
    for (auto& thread : threads) thread.join();
    store_->close();
  }

 private:
  void write(std::size_t t) {
    Line& line = lines_[t];
    try {
      for (std::uint64_t number = 0; !stopping_; ++number) {
        wait_for_the_look();
        {
          std::lock_guard lock(line.mutex);
          line.stamps.push_back({++stamp_, 0});
        }
        ++line.begun;
        perform(*store_, change_of(seed_, t, number, store_time));
        {
          std::lock_guard lock(line.mutex);
          line.stamps.back().acknowledged = ++stamp_;
        }
        ++line.acknowledged;
      }
    } catch (const std::exception& e) {
      std::lock_guard lock(mutex_);
      failure_ = e.what();
      taken_.notify_all();
    }
  }

  // While an image is looked at no further changes begin, so that not too many are there to choose from.
  void wait_for_the_look() {
    std::unique_lock lock(mutex_);
    looked_.wait(lock, [this] { return !looking_ || stopping_; });
  }

  // Waits for the next image and looks at it.
  void next_image(std::uint64_t i) {
    look_no_longer();
    files_->at_operation(files_->operations() + 1 + random_.below(60), [this, i] { take(i); });
    Image image;
    {
      std::unique_lock lock(mutex_);
      taken_.wait(lock, [this] { return image_ || !failure_.empty(); });
      if (!image_) return found("a change failed: " + failure_);
      image = std::move(*image_);
      image_.reset();
    }
    ++report_.images;
    ++report_.of_mode[static_cast<std::size_t>(mode_)];
    look_at(image);
    std::error_code ignored;
    std::filesystem::remove_all(image.path, ignored);
  }

  void look_no_longer() {
    {
      std::lock_guard lock(mutex_);
      looking_ = false;
    }
    looked_.notify_all();
  }

  // Nothing is written meanwhile.
  void take(std::uint64_t i) {
    Image image{place_ / ("image" + std::to_string(i)), {}};
    for (Line& line : lines_) {
      std::uint64_t acknowledged = line.acknowledged;
      bool promised = mode_ == Durability::sync;
      image.bounds.push_back({promised ? acknowledged : line.durable.load(), acknowledged, 0});
    }
    files_->write_image(image.path, random_);
    for (std::size_t t = 0; t < thread_count; ++t) image.bounds[t].most = lines_[t].begun;
    std::lock_guard lock(mutex_);
    image_ = std::move(image);
    looking_ = true;
    taken_.notify_all();
  }

  void look_at(const Image& image) {
    std::uint64_t before = report_.findings.size();
    try {
      if (report_.images % 5 == 0) check_image(image);
      auto store = open_store(image.path, storage_, nullptr, store_time);
      compare(*store, image);
      store->close();
    } catch (const Error& e) {
      found(std::string("the image can not be used: ") + e.what());
    }
    if (report_.findings.size() > before) ++report_.broken;
  }

  void check_image(const Image& image) {
    ++report_.checks;
    if (!std::filesystem::exists(image.path + "/FORMAT")) return;  // the power went before the store was made
    rocks::CheckReport report = rocks::check(image.path);
    if (!report.ok()) found("check: " + report.findings.front());
  }

  void compare(Store& store, const Image& image) {
    std::vector<Explained> explained(thread_count);
    std::uint64_t lost = 0;
    std::int64_t added = 0;
    for (std::size_t t = 0; t < thread_count; ++t) {
      std::string wrong;
      auto held = read_keys(store, t, wrong);
      if (!wrong.empty()) return found(wrong);
      auto one = explain(held, image.bounds[t], t);
      if (!one) return;
      explained[t] = *one;
      if (one->last < image.bounds[t].acknowledged) lost += image.bounds[t].acknowledged - one->last;
      if (auto own = held.find(own_counter(t)); own != held.end()) added += std::stoll(own->second.text);
    }
    report_.lost_changes += lost;
    report_.with_loss += lost > 0 ? 1 : 0;
    report_.most_lost = std::max(report_.most_lost, lost);
    auto shared = store.run(Get{.key = shared_counter});
    if (std::stoll(shared.value_or("0")) != added)
      found("the shared counter holds " + shared.value_or("nothing") + ", the threads' own say " +
            std::to_string(added));
    fits_together(explained);
  }

  // Which numbers of changes give these contents.
  std::optional<Explained> explain(const std::map<std::string, Content>& held, const Bounds& bounds,
                                   std::size_t t) {
    Line& line = lines_[t];
    for (; line.changes < bounds.least; ++line.changes)
      line.model.apply(change_of(seed_, t, line.changes, store_time));
    Model model = line.model;
    std::optional<Explained> result;
    for (std::uint64_t k = bounds.least;; ++k) {
      if (difference(held, model).empty()) {
        if (!result) result = Explained{k, k};
        result->last = k;
      }
      if (k == bounds.most) break;
      model.apply(change_of(seed_, t, k, store_time));
    }
    if (!result)
      found("thread " + std::to_string(t) + " is in none of the states after " +
            std::to_string(bounds.least) + " to " + std::to_string(bounds.most) + " changes, " +
            std::to_string(bounds.acknowledged) + " of them acknowledged; " + nearest(held, bounds.most, t));
    return result;
  }

  // Tells of the state that comes nearest to these contents.
  std::string nearest(const std::map<std::string, Content>& held, std::uint64_t most, std::size_t t) {
    Model model;
    std::string best;
    std::size_t fewest = held.size() + 100;
    for (std::uint64_t k = 0; k <= most; ++k) {
      std::vector<std::string> differing;
      for (const auto& [name, content] : model.keys())
        if (auto at = held.find(name); at == held.end() || !(at->second == content))
          differing.push_back(name);
      for (const auto& [name, content] : held)
        if (!model.keys().contains(name)) differing.push_back(name);
      if (differing.size() <= fewest) {
        fewest = differing.size();
        best = "nearest is the state after " + std::to_string(k) + ", in which differ:";
        for (const std::string& name : differing) best += " " + name;
        best += "; " + difference(held, model) +
                "; the change before: " + (k > 0 ? change_of(seed_, t, k - 1, store_time).shown() : "") +
                "; and behind: " + change_of(seed_, t, k, store_time).shown();
      }
      model.apply(change_of(seed_, t, k, store_time));
    }
    return best;
  }

  // A change that is lost was not acknowledged before one began that is there.
  void fits_together(const std::vector<Explained>& explained) {
    auto stamps_of = [this](std::size_t t, std::uint64_t change) {
      std::lock_guard lock(lines_[t].mutex);
      return change < lines_[t].stamps.size() ? lines_[t].stamps[change] : Stamps{};
    };
    for (std::size_t a = 0; a < thread_count; ++a)
      for (std::size_t b = 0; b < thread_count; ++b) {
        if (explained[b].first == 0) continue;
        Stamps lost = stamps_of(a, explained[a].last), there = stamps_of(b, explained[b].first - 1);
        if (lost.acknowledged != 0 && lost.acknowledged < there.begun)
          found("change " + std::to_string(explained[a].last) + " of thread " + std::to_string(a) +
                " is lost, and a later one of thread " + std::to_string(b) + " is not");
      }
  }

  void found(const std::string& text) {
    static constexpr const char* modes[] = {"sync", "periodic", "none"};
    if (report_.findings.size() < options_.findings)
      report_.findings.push_back("image " + std::to_string(report_.images) + " (" +
                                 modes[static_cast<std::size_t>(mode_)] + "), seed " +
                                 std::to_string(options_.seed) + ": " + text);
  }

  const ImageOptions& options_;
  ImageReport& report_;
  const std::uint64_t seed_;
  Random random_;
  const Durability mode_;
  Workplace place_;
  std::shared_ptr<UnreliableFiles> files_;
  std::unique_ptr<rocksdb::Env> env_;
  rocks::RocksOptions storage_;
  std::shared_ptr<Store> store_;
  Line lines_[thread_count];
  std::atomic<std::uint64_t> stamp_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable taken_, looked_;
  bool looking_ = false;        ///< guarded by mutex_
  std::optional<Image> image_;  ///< guarded by mutex_
  std::string failure_;         ///< guarded by mutex_
};

}  // namespace

ImageReport run_images(const ImageOptions& options, const std::function<void(const ImageReport&)>& progress) {
  ImageReport report;
  auto start = std::chrono::steady_clock::now();
  for (std::uint64_t number = 0; report.images < options.images && report.findings.size() < options.findings;
       ++number) {
    Session(options, number, report).run(std::min(images_per_store, options.images - report.images));
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (progress && number % 5 == 4) progress(report);
  }
  return report;
}

std::string ImageReport::shown() const {
  auto n = [](std::uint64_t number) { return std::to_string(number); };
  char time[60];
  std::snprintf(time, sizeof time, " in %.1f s (%.0f ms each)", seconds,
                images > 0 ? 1000 * seconds / static_cast<double>(images) : 0);
  std::string out =
      n(images) + " crash images" + time + ": " + n(of_mode[0]) + " sync, " + n(of_mode[1]) + " periodic, " +
      n(of_mode[2]) + " none\n" + n(with_loss) +
      " lack acknowledged changes that were not durable yet (periodic, none): " + n(lost_changes) +
      " changes, at most " + n(most_lost) + " in one\n" + n(broken) + " broken; " + n(checks) +
      " read by check\n";
  for (const std::string& finding : findings) out += finding + "\n";
  return out;
}

}  // namespace playhead::crash
