#include "playhead/modules/row_caches.h"

#include <algorithm>
#include <array>

#include "engine/modules/caching/packed_texts.h"
#include "engine/store/secure_bytes.h"
#include "playhead/error.h"

namespace playhead {

namespace {

CacheOptions cache_options(const RowCacheOptions& o) {
  CacheOptions c;
  c.name = o.name;
  c.ttl = o.ttl;
  c.null_ttl = o.null_ttl;
  c.while_waiting = o.while_waiting;
  return c;
}

CacheOptions user_options(const UserCacheOptions& o) {
  CacheOptions c;
  c.name = o.name;
  c.while_waiting = o.while_waiting;
  return c;
}

const std::string* column(const Row& row, Text name) {
  auto found = std::find_if(row.begin(), row.end(), [&](const auto& one) { return one.first == name; });
  return found == row.end() ? nullptr : &found->second;
}

// A row as bytes: name and value of each column, packed.
std::string bytes_of(const Row& row, const std::vector<std::string>& columns) {
  std::string out;
  for (const std::string& name : columns) {
    const std::string* value = column(row, name);
    if (value == nullptr) continue;
    caching::pack(out, Text(name));
    caching::pack(out, Text(*value));
  }
  return out;
}

Row row_of(Text bytes) {
  Row row;
  for (caching::Unpacker in(bytes); !in.done();) {
    std::string name(in.text());
    row.emplace_back(std::move(name), in.text());
  }
  return row;
}

}  // namespace

// ---- rows

RowCache::RowCache(Namespace space, RowReader reader, RowCacheOptions options)
    : reader_(std::move(reader)),
      columns_(std::move(options.columns)),
      cache_(std::move(space), cache_options(options)) {
  if (!reader_) throw Error(ErrorCode::invalid, "a cache of rows needs a function that reads them");
}

std::optional<Row> RowCache::get(Text id) {
  auto bytes = cache_.get(id, [&](Text key) -> Loaded {
    std::vector<Text> columns(columns_.begin(), columns_.end());
    auto row = reader_(key, columns);
    if (!row) return {};
    return {bytes_of(*row, columns_)};
  });
  if (!bytes) return std::nullopt;
  return row_of(*bytes);
}

void RowCache::update(Text id, const Row& change, const RowWriter& writer) {
  cache_.write_around(id, std::nullopt,
                      [&](Text key, const std::optional<std::string>&) { writer(key, change); });
}

// ---- videos

const std::vector<std::string>& VideoMetadataCache::columns() {
  static const std::vector<std::string> names = {"id",         "title",        "description",
                                                 "creatorId",  "creatorName",  "duration",
                                                 "uploadTime", "thumbnailUrl", "category"};
  return names;
}

VideoMetadataCache::VideoMetadataCache(Namespace space, RowReader reader, PageCache* pages,
                                       VideoMetadataOptions options)
    : pages_(pages),
      rows_(std::move(space), std::move(reader),
            {.name = std::move(options.name),
             .columns = columns(),
             .ttl = options.ttl,
             .while_waiting = std::move(options.while_waiting)}) {}

void VideoMetadataCache::drop_pages(Text video_id) {
  if (pages_ == nullptr) return;
  std::string tag = "video:" + std::string(video_id);
  Text tags[] = {tag};
  pages_->invalidate_tags(tags);
}

void VideoMetadataCache::update_video_metadata(Text video_id, const Row& change, const RowWriter& writer) {
  bool shown = column(change, "title") != nullptr || column(change, "description") != nullptr;
  try {
    rows_.update(video_id, change, writer);
  } catch (...) {
    std::exception_ptr first = std::current_exception();
    try {
      if (shown) drop_pages(video_id);
    } catch (const std::exception&) {
      std::rethrow_exception(first);  // what the writer threw tells more
    }
    throw;
  }
  if (shown) drop_pages(video_id);
}

bool VideoMetadataCache::invalidate_video_cache(Text video_id) {
  check_id("video_id", video_id);
  bool found = rows_.invalidate(video_id);
  drop_pages(video_id);
  return found;
}

// ---- users

const std::vector<std::string>& UserProfileCache::columns() {
  static const std::vector<std::string> names = {"id",  "username",      "displayName", "avatarUrl",
                                                 "bio", "followerCount", "videoCount",  "joinDate"};
  return names;
}

UserProfileCache::UserProfileCache(Namespace space, RowReader reader, UserProfileOptions options)
    : rows_(std::move(space), std::move(reader),
            {.name = std::move(options.name),
             .columns = columns(),
             .ttl = options.ttl,
             .while_waiting = std::move(options.while_waiting)}) {}

Millis SpreadLifetime::value() const {
  std::array<char, 8> bytes;
  fill_random(bytes);
  std::uint64_t n = 0;
  for (char c : bytes) n = n << 8 | static_cast<unsigned char>(c);
  return base + (spread > 0 ? static_cast<Millis>(n % static_cast<std::uint64_t>(spread)) : 0);
}

UserCache::UserCache(Namespace space, std::string user_id, Reader reader, const UserCacheOptions& options)
    : user_id_(std::move(user_id)),
      reader_(std::move(reader)),
      cache_(std::move(space), user_options(options)) {
  check_id("user_id", user_id_);
  if (!reader_) throw Error(ErrorCode::invalid, "a user's cache needs a function that reads users");
}

std::optional<std::string> UserCache::get() {
  return cache_.get(user_id_, [&](Text id) -> Loaded {
    auto row = reader_(id);
    Millis ttl = (row ? user_data_lifetime : user_missing_lifetime).value();
    return {std::move(row), ttl};
  });
}

std::optional<std::string> UserCache::save() {
  static_cast<void>(cache_.invalidate(user_id_));  // so that what is being read already is not stored
  return get();
}

// ---- what does not exist

FilteredCache::FilteredCache(Namespace space, BloomFilterOptions filter, CacheOptions cache)
    : filter_(space, std::move(filter)), cache_(std::move(space), std::move(cache)) {}

std::optional<std::string> FilteredCache::get(Text key, const Loader& loader) {
  if (!might_exist(key)) return std::nullopt;
  return cache_.get(key, loader);
}

}  // namespace playhead
