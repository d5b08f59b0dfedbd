#include <algorithm>
#include <set>

#include "engine/modules/caching/packed_texts.h"
#include "engine/modules/caching/page_work.h"
#include "engine/store/secure_bytes.h"
#include "playhead/error.h"

namespace playhead {

namespace {

// A page as bytes: its status, how many headers it has, their names and values, all packed; then the body.

std::string bytes_of(const PageResponse& page) {
  std::string out;
  caching::pack(out, std::int64_t{page.status});
  caching::pack(out, static_cast<std::int64_t>(page.headers.size()));
  for (const auto& [name, value] : page.headers) {
    caching::pack(out, Text(name));
    caching::pack(out, Text(value));
  }
  return out.append(page.body);
}

PageResponse page_of(Text bytes) {
  caching::Unpacker in(bytes);
  PageResponse page{static_cast<int>(in.integer()), {}, {}};
  for (std::int64_t left = in.integer(); left > 0; --left) {
    std::string name(in.text());
    page.headers.emplace_back(std::move(name), in.text());
  }
  page.body = in.rest();
  return page;
}

/// The texts between `separators`, without spaces around them.
std::vector<Text> split(Text text, Text separators) {
  std::vector<Text> out;
  while (!text.empty()) {
    std::size_t end = std::min(text.find_first_of(separators), text.size());
    Text one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::size_t first = one.find_first_not_of(" \t");
    if (first == Text::npos) continue;
    one.remove_prefix(first);
    out.push_back(one.substr(0, one.find_last_not_of(" \t") + 1));
  }
  return out;
}

Text strong(Text tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  return tag;
}

/// Whether the client has the page (RFC 9110 section 13): If-None-Match counts before If-Modified-Since.
bool unchanged(const PageRequest& request, const PageResponse& page) {
  if (request.has("if-none-match")) {
    std::string asked = request.header("if-none-match"), ours = page.header("etag");
    auto tags = split(asked, ",");
    return std::any_of(tags.begin(), tags.end(),
                       [&](Text tag) { return tag == "*" || strong(tag) == strong(ours); });
  }
  return request.has("if-modified-since") &&
         request.header("if-modified-since") == page.header("last-modified");
}

}  // namespace

PageVisit::PageVisit(std::shared_ptr<PageCacheWork> work, PageRequest request)
    : work_(std::move(work)), request_(std::move(request)), begin_(Ticks::now()) {
  end_of_waiting_ = begin_ + std::chrono::milliseconds(work_->options.max_wait);
}

PageVisit::PageVisit(PageVisit&& other) noexcept = default;

PageVisit::~PageVisit() {
  if (work_) abandon();
}

Text PageVisit::state_name() const {
  constexpr Text names[] = {"BYPASS", "HIT", "STALE", "MISS"};
  return names[static_cast<std::size_t>(state_)];
}

void PageVisit::prepare() {
  try {
    rule_ = PageCache(work_).rule_of(request_);
    if (rule_ == nullptr) return;
    ttl_ = rule_->lifetime(request_);
    if (ttl_ <= 0) return;
    tags_ = caching::tags_for(*rule_, request_);
    key_ = page_key(request_, *rule_);
  } catch (const std::exception& error) {
    fail(error);
  }
}

void PageVisit::fail(const std::exception& error) {
  work_->tell(error);
  key_.clear();
  response_.reset();
  state_ = State::bypass;
  lease_left_ = 0;
}

// ---- looking

void PageVisit::look() {
  try {
    if (!key_.empty()) look_up();
  } catch (const std::exception& error) {
    fail(error);
  }
  waiting_ = lease_left_ > 0 && end_of_waiting_ > Ticks::now();
  if (waiting_) return;
  auto& counts = work_->counts;
  ++(state_ == State::hit     ? counts.hits
     : state_ == State::stale ? counts.stale_hits
     : state_ == State::miss  ? counts.misses
                              : counts.passed);
}

void PageVisit::look_up() {
  Cache& cache = work_->cache;
  CacheLookup seen = request_.method == "HEAD" ? cache.peek(key_) : cache.claim(key_);
  lease_left_ = seen.state == CacheLookup::State::wait ? seen.lease_left : 0;
  if (seen.leased()) {
    receipt_ = seen.receipt;
    state_ = State::miss;
  } else if (seen.found() && seen.value) {
    state_ = seen.fresh_until > seen.now ? State::hit : State::stale;
    response_ = served(page_of(*seen.value));
  }
}

void PageVisit::wait() {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(end_of_waiting_ - Ticks::now()).count();
  try {
    work_->cache.wait(key_, std::max<Millis>(1, std::min(lease_left_, left)));
  } catch (const std::exception& error) {
    fail(error);
  }
  look();
}

PageResponse PageVisit::served(PageResponse page) const {
  static const std::set<std::string, std::less<>> of_unchanged = {
      "cache-control", "content-location", "date", "etag", "expires", "vary"};
  bool same = unchanged(request_, page);
  if (same) {
    page.status = 304;
    std::erase_if(page.headers,
                  [&](const auto& one) { return !of_unchanged.contains(caching::lower(one.first)); });
  }
  if (same || request_.method == "HEAD") page.body.clear();
  page.headers.emplace_back("X-Video-Cache", state_name());
  return page;
}

// ---- recording

PageHeaders PageVisit::start(int status, const PageHeaders& headers) {
  PageHeaders sent;
  for (const auto& one : headers)
    if (!caching::same_name(one.first, "surrogate-key")) sent.push_back(one);
  if (recording()) {
    page_ = PageResponse{status, sent, {}};
    size_ = 0;
    std::string more = caching::joined_header(headers, "surrogate-key");
    for (Text tag : split(more, ", \t")) tags_.emplace_back(tag);
  }
  sent.emplace_back("X-Video-Cache", state_name());
  return sent;
}

void PageVisit::add(Text chunk) {
  if (!recording() || !page_) return;
  size_ += static_cast<std::int64_t>(chunk.size());
  if (size_ <= work_->options.max_body)
    page_->body.append(chunk);
  else
    page_->body.clear();
}

bool PageVisit::may_be_kept() const {
  if (!page_ || page_->status != 200 || size_ > work_->options.max_body) return false;
  if (!page_->header("set-cookie").empty()) return false;
  std::string control = caching::lower(page_->header("cache-control")), vary = page_->header("vary");
  for (Text directive : split(control, ",")) {
    Text name = split(directive, "=").empty() ? Text() : split(directive, "=").front();
    if (name == "private" || name == "no-store" || name == "no-cache") return false;
  }
  for (Text header : split(vary, ",")) {
    auto same = [&](Text known) { return caching::same_name(known, header); };
    if (std::none_of(rule_->vary.begin(), rule_->vary.end(), same)) return false;
  }
  std::string length = page_->header("content-length");
  return length.empty() || length == std::to_string(size_);
}

void PageVisit::finish() {
  if (!recording()) return;
  auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Ticks::now() - begin_).count();
  try {
    Loaded what;  // nothing: it is not to be kept, and not waited for
    if (may_be_kept()) {
      if (page_->header("etag").empty()) {
        auto digest = sha256(page_->body);
        page_->headers.emplace_back("ETag", '"' + hex({digest.data(), digest.size() / 2}) + '"');
      }
      if (page_->header("content-length").empty())
        page_->headers.emplace_back("Content-Length", std::to_string(size_));
      what = {bytes_of(*page_), ttl_, tags_};
    }
    if (work_->cache.complete(key_, receipt_, what, took) && what.value) ++work_->counts.kept;
    receipt_.clear();
  } catch (const std::exception& error) {
    work_->tell(error);
    give_back();
  }
}

void PageVisit::abandon() {
  if (recording()) give_back();
}

void PageVisit::give_back() {
  try {
    work_->cache.release(key_, receipt_);
  } catch (const std::exception& error) {
    work_->tell(error);
  }
  receipt_.clear();
}

}  // namespace playhead
