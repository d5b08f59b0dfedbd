#pragma once
// Caches of a platform's rows: what changes seldom of videos and users.
#include "playhead/modules/bloom_filter.h"
#include "playhead/modules/cache.h"
#include "playhead/modules/page_cache.h"

namespace playhead {

/// Columns of a row: name, value. Values are any bytes.
using Row = std::vector<std::pair<std::string, std::string>>;
/// Reads a row with these columns, nothing if there is none. What it gives besides them is left out.
using RowReader = std::function<std::optional<Row>(Text id, List<Text> columns)>;
/// Changes columns of a row.
using RowWriter = std::function<void(Text id, const Row& change)>;

struct RowCacheOptions {
  std::string name;
  std::vector<std::string> columns;  ///< those that are cached
  Millis ttl = 300'000;
  Millis null_ttl = 60'000;
  std::function<void()> while_waiting = {};
};

/// Some columns of a table's rows, read when they are first asked for: the same ones on a hit as on a miss. That there is
/// no such row is cached, too. What was read before a change or an invalidation is never stored after it. A hit is one round
/// trip. Thread-safe. Methods throw what readers and writers throw.
class RowCache {
 public:
  RowCache(Namespace space, RowReader reader, RowCacheOptions options);

  std::optional<Row> get(Text id);
  /// Changes the table, then drops the row; meanwhile readers wait.
  void update(Text id, const Row& change, const RowWriter& writer);
  /// Whether it was there.
  bool invalidate(Text id) { return cache_.invalidate(id); }

 private:
  RowReader reader_;
  std::vector<std::string> columns_;
  Cache cache_;
};

struct VideoMetadataOptions {
  std::string name = "video_meta";
  Millis ttl = 1'800'000;
  std::function<void()> while_waiting = {};
};

/// What changes seldom of a video; views and likes are not in it.
class VideoMetadataCache {
 public:
  static const std::vector<std::string>& columns();

  /// `pages`, if given, are those whose tag "video:ID" is invalidated with the video's text. Must outlive this.
  VideoMetadataCache(Namespace space, RowReader reader, PageCache* pages = nullptr,
                     VideoMetadataOptions options = {});

  std::optional<Row> get_video_metadata(Text video_id) { return rows_.get(video_id); }
  /// Changes the table by the writer, and drops what is cached of the video, with its pages if its title or description
  /// changes; all of it also if the writer throws, since it may have written.
  void update_video_metadata(Text video_id, const Row& change, const RowWriter& writer);
  /// Drops what is cached of a video, and its pages; whether metadata were there.
  bool invalidate_video_cache(Text video_id);

 private:
  void drop_pages(Text video_id);

  PageCache* pages_;
  RowCache rows_;
};

struct UserProfileOptions {
  std::string name = "user_profile";
  Millis ttl = 600'000;
  std::function<void()> while_waiting = {};
};

/// What everybody may know of a user: secrets are not in it.
class UserProfileCache {
 public:
  static const std::vector<std::string>& columns();

  UserProfileCache(Namespace space, RowReader reader, UserProfileOptions options = {});

  std::optional<Row> get_user_profile(Text user_id) { return rows_.get(user_id); }
  /// Drops what is cached of a user; whether it was there.
  bool invalidate_user_cache(Text user_id) { return rows_.invalidate(user_id); }

 private:
  RowCache rows_;
};

/// A lifetime with a random part, which spreads the ends of entries.
struct SpreadLifetime {
  Millis base = 0;
  Millis spread = 0;  ///< less than so much is added

  /// Throws Error{unavailable} if there is no randomness.
  Millis value() const;
};
inline constexpr SpreadLifetime user_data_lifetime{7'200'000, 600'000};
inline constexpr SpreadLifetime user_missing_lifetime{300'000, 60'000};
inline constexpr SpreadLifetime article_data_lifetime{3'600'000, 300'000};

struct UserCacheOptions {
  std::string name = "user";
  std::function<void()> while_waiting = {};
};

/// The cached profile of one user, any bytes, or that there is no such user. Methods throw what the reader throws.
class UserCache {
 public:
  using Reader = std::function<std::optional<std::string>(Text user_id)>;

  UserCache(Namespace space, std::string user_id, Reader reader, const UserCacheOptions& options = {});

  const std::string& user_id() const { return user_id_; }
  /// Reads the profile again, whatever is cached or being read.
  std::optional<std::string> save();
  /// The profile, cached or read; nothing if there is no such user.
  std::optional<std::string> get();
  /// Drops it; whether it was cached.
  bool clear() { return cache_.invalidate(user_id_); }
  /// Whether there is such a user, told by the cache if it knows.
  bool exists() { return get().has_value(); }

 private:
  std::string user_id_;
  Reader reader_;
  Cache cache_;
};

/// A cache behind a Bloom filter of the keys that there are: what does not exist reaches neither the cache nor the source,
/// but for the filter's error rate; that is cached as "no such thing".
class FilteredCache {
 public:
  FilteredCache(Namespace space, BloomFilterOptions filter, CacheOptions cache);

  BloomFilter& filter() { return filter_; }
  Cache& cache() { return cache_; }
  /// False: there is no such thing.
  bool might_exist(Text key) const { return filter_.might_contain(key); }
  std::optional<std::string> get(Text key, const Loader& loader);

 private:
  BloomFilter filter_;
  Cache cache_;
};

}  // namespace playhead
