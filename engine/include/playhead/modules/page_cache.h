#pragma once
// A cache of whole pages of a web application.
#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "playhead/modules/namespace.h"

namespace playhead {

/// Header lines in their order: name, value. Names are the same in any case of ASCII letters.
using PageHeaders = std::vector<std::pair<std::string, std::string>>;

/// What of a request matters.
struct PageRequest {
  std::string path;   ///< percent-decoded
  std::string query;  ///< as it was sent, without "?"
  std::string method = "GET";
  PageHeaders headers = {};
  std::string host = {};  ///< scheme and name, "https://example.org"

  bool has(Text header) const;
  /// The values of a header, joined with ", "; empty if there is none.
  std::string header(Text name) const;
};

/// A whole page.
struct PageResponse {
  int status = 200;
  PageHeaders headers = {};
  std::string body = {};

  std::string header(Text name) const;
};

/// Which pages are cached, and how.
struct PageRule {
  std::string path;  ///< a pattern: "*" stands for one or more bytes without "/", "**" for any rest
  Millis ttl = 0;    ///< 0: not cached
  /// The parameters of the query that make another page; nothing: all of them do.
  std::optional<std::vector<std::string>> params = std::vector<std::string>{};
  std::vector<std::string> vary = {};  ///< the headers of a request that make another page
  /// What invalidate_tags() finds a page by. "{n}" in a tag stands for the n-th segment of the path, from 1 to 9.
  std::vector<std::string> tags = {};
  std::function<Millis(const PageRequest&)> ttl_of = {};  ///< instead of `ttl`, if it is given
  std::function<std::vector<std::string>(const PageRequest&)> tags_of = {};  ///< instead of `tags`

  bool matches(Text path) const;
  Millis lifetime(const PageRequest& request) const { return ttl_of ? ttl_of(request) : ttl; }
};

/// Pages of videos (5 minutes), channels (10), categories (15) and searches (5) by q, category and sort, with the tags
/// "video:ID", "channel:ID" and "category:ID"; recommendations and histories, which are somebody's own, are not cached.
const std::vector<PageRule>& video_rules();
/// Whether a request may be a user's own: it has a cookie or credentials.
bool known_user(const PageRequest& request);
/// Names the page of a request: injective in host, path, the chosen parameters (by name, then as given) and headers. One
/// that would be longer than 512 bytes is a SHA-256 of that.
std::string page_key(const PageRequest& request, const PageRule& rule);
/// The parameters of a query in their order, decoded: "&" separates them, "+" is a space, "%" and two hexadecimal
/// digits are a byte; a "%" without them stands for itself. One without "=" has an empty value; empty ones are left out.
std::vector<std::pair<std::string, std::string>> query_parameters(Text query);

struct PageCacheOptions {
  std::string name = "pages";         ///< page caches of the same name share their pages
  std::int64_t max_body = 1'048'576;  ///< larger pages are not kept; 1 byte to 500 MiB
  Millis max_wait = 5'000;            ///< for a page that somebody else makes; 0 to 1 day
  Millis pass_ttl = 10'000;           ///< a page that is not to be kept is not waited for again so long
  Millis lease = 30'000;  ///< others wait so long for one that makes a page; longer than that takes
  Millis stale_while_revalidate = 0;  ///< a page is shown so long after its end while it is made again
  std::int64_t jitter_percent = 0;  ///< each lifetime is longer or shorter by up to so much, at random; 0..90
  std::function<bool(const PageRequest&)> personal =
      {};  ///< requests that pass the cache by; empty: known_user()
  /// Is told what goes wrong in the cache, and in `personal` and rules. Must not throw. Thread-safe.
  std::function<void(const std::exception& error)> on_error = {};
  std::function<void()> while_waiting = {};  ///< called about every 50 ms by who waits; may throw
};

/// Counts of one PageCache object.
struct PageStatistics {
  std::int64_t hits = 0, stale_hits = 0, misses = 0, passed = 0;
  std::int64_t kept = 0;    ///< pages that were stored
  std::int64_t errors = 0;  ///< what on_error was told
};

class PageCacheWork;

/// A request on its way: what the cache has for it, or what the application makes, chunk by chunk. To be used by one
/// thread at a time. Nothing in here throws for what goes wrong in the cache; see PageCacheOptions::on_error.
class PageVisit {
 public:
  enum class State : std::uint8_t { bypass, hit, stale, miss };

  PageVisit(PageVisit&& other) noexcept;
  PageVisit& operator=(PageVisit&&) = delete;
  /// Gives up.
  ~PageVisit();

  State state() const { return state_; }
  /// What the header X-Video-Cache says: "HIT", "STALE", "MISS" or "BYPASS".
  Text state_name() const;
  /// The name of the page; empty: the cache is passed by.
  const std::string& key() const { return key_; }
  /// The page to send, if the cache has it: with status 304 and no body if the client has it, too; without body for HEAD.
  const std::optional<PageResponse>& response() const { return response_; }
  /// Whether the page is to be given to start() and add() as it is made.
  bool recording() const { return !receipt_.empty(); }

  /// Looks for the page. One round trip. Does nothing if the cache is passed by.
  void look();
  /// Somebody else makes the page, and there is time left to wait for it.
  bool waiting() const { return waiting_; }
  /// Waits until that has ended in any way, then looks again.
  void wait();

  /// Notes the head of the page; the headers to send. Those of Surrogate-Key, more tags of the page, are not among them.
  PageHeaders start(int status, const PageHeaders& headers);
  /// Notes a part of the body.
  void add(Text chunk);
  /// Keeps the page, whose last byte was made, if it may be kept: see PageCache. Idempotent. One round trip.
  void finish();
  /// The page will not be finished: somebody else may make it. Idempotent. One round trip.
  void abandon();

 private:
  friend class PageCache;
  using Ticks = std::chrono::steady_clock;

  PageVisit(std::shared_ptr<PageCacheWork> work, PageRequest request);
  void prepare();
  void look_up();
  void fail(const std::exception& error);
  PageResponse served(PageResponse page) const;
  bool may_be_kept() const;
  void give_back();

  std::shared_ptr<PageCacheWork> work_;  // null once moved from
  PageRequest request_;
  std::string key_, receipt_;
  Millis ttl_ = 0;
  std::vector<std::string> tags_;
  const PageRule* rule_ = nullptr;
  State state_ = State::bypass;
  std::optional<PageResponse> response_;
  Millis lease_left_ = 0;  // of who makes the page
  bool waiting_ = false;
  Ticks::time_point begin_, end_of_waiting_;
  std::optional<PageResponse> page_;  // what is made
  std::int64_t size_ = 0;
};

/// Keeps the pages of an application.
///
/// A GET or HEAD request without Range is served from the cache if the first rule that matches its path has a lifetime,
/// and it is nobody's own. That is decided before the cache is looked at. Kept are pages of status 200, without Set-Cookie,
/// whose Cache-Control has none of private, no-store and no-cache, which do not Vary by headers that the rule does not
/// name, of at most `max_body` bytes, as long as their Content-Length, once their last byte was made. They get an ETag and
/// a Content-Length if they have none. A page is made by one request at a time, in all processes; the others wait for it,
/// at most `max_wait`. One that turns out not to be kept is not waited for again for `pass_ttl`. A page whose making began
/// before it or one of its tags was invalidated is not kept. A page that is there is one round trip. Thread-safe.
///
/// Whatever goes wrong in the cache, the application answers. But what throws an EndRun is thrown.
class PageCache {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit PageCache(Namespace space, std::vector<PageRule> rules = video_rules(),
                     PageCacheOptions options = {});

  /// Decides about a request; asks the store for nothing.
  PageVisit visit(PageRequest request);
  /// visit(), and looks and waits for the page.
  PageVisit begin(PageRequest request);
  /// The page of a request, made by `make` if it is not there. What that throws is thrown.
  PageResponse serve(const PageRequest& request, const std::function<PageResponse(const PageRequest&)>& make);

  /// The rule by which a request is cached; null: it is not. Throws what `personal` throws.
  const PageRule* rule_of(const PageRequest& request) const;
  const std::vector<PageRule>& rules() const;

  /// Whether the page of a request is there; it may be stale. Throws what the store throws, as do the following.
  bool contains(const PageRequest& request);
  /// Drops the page of a request; whether it was there. One that is being made is not kept.
  bool invalidate(const PageRequest& request);
  /// Drops all pages with one of the tags; what is being made is not kept. A round trip for each of 16 shards, O(tags).
  void invalidate_tags(List<Text> tags);

  PageStatistics statistics() const;

 private:
  friend class PageVisit;
  explicit PageCache(std::shared_ptr<PageCacheWork> work) : work_(std::move(work)) {}

  std::shared_ptr<PageCacheWork> work_;
};

/// Whether a request is for a page that video_rules() cache: decided after who asks is known.
bool should_cache_video_request(const PageRequest& request);
/// The name of the page of a request by video_rules(); by its path alone if there is no rule.
std::string generate_video_cache_key(const PageRequest& request);
/// How long video_rules() cache the page of a path; 0: not at all.
Millis get_cache_time_for_content(Text path);

}  // namespace playhead
