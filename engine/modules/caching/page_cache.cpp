#include "playhead/modules/page_cache.h"

#include "engine/modules/caching/page_work.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr std::int64_t head_room = 1 << 20;  // for the head of a page beside its body

CacheOptions cache_options(const PageCacheOptions& o) {
  constexpr Millis day = 86'400'000;
  check_range("max_body", o.max_body, 1, std::int64_t{500} << 20);
  check_range("max_wait", o.max_wait, 0, day);
  CacheOptions c;
  c.name = o.name;
  c.null_ttl = o.pass_ttl;
  c.lease = o.lease;
  c.stale_while_revalidate = o.stale_while_revalidate;
  c.jitter_percent = o.jitter_percent;
  c.max_value = o.max_body + head_room;
  c.fall_back = false;
  c.while_waiting = o.while_waiting;
  return c;
}

PageCacheOptions completed(PageCacheOptions o) {
  if (!o.personal) o.personal = known_user;
  return o;
}

}  // namespace

PageCacheWork::PageCacheWork(Namespace space, std::vector<PageRule> given, PageCacheOptions o)
    : options(completed(std::move(o))),
      rules(std::move(given)),
      cache(std::move(space), cache_options(options)) {
  for (const PageRule& rule : rules) check_range("ttl of a rule", rule.ttl, 0, cache.options().longest_ttl);
}

void PageCacheWork::tell(const std::exception& error) {
  ++counts.errors;
  if (options.on_error) options.on_error(error);
}

PageCache::PageCache(Namespace space, std::vector<PageRule> rules, PageCacheOptions options)
    : work_(std::make_shared<PageCacheWork>(std::move(space), std::move(rules), std::move(options))) {}

PageVisit PageCache::visit(PageRequest request) {
  PageVisit visit(work_, std::move(request));
  visit.prepare();
  return visit;
}

PageVisit PageCache::begin(PageRequest request) {
  PageVisit begun = visit(std::move(request));
  begun.look();
  while (begun.waiting()) begun.wait();
  return begun;
}

PageResponse PageCache::serve(const PageRequest& request,
                              const std::function<PageResponse(const PageRequest&)>& make) {
  PageVisit visit = begin(request);
  if (visit.response()) return *visit.response();
  PageResponse page = make(request);
  page.headers = visit.start(page.status, page.headers);
  visit.add(page.body);
  visit.finish();
  return page;
}

const PageRule* PageCache::rule_of(const PageRequest& request) const {
  if ((request.method != "GET" && request.method != "HEAD") || request.has("range")) return nullptr;
  const PageRule* rule = caching::first_rule(work_->rules, request.path);
  if (rule == nullptr || (!rule->ttl_of && rule->ttl <= 0)) return nullptr;
  return work_->options.personal(request) ? nullptr : rule;
}

const std::vector<PageRule>& PageCache::rules() const {
  return work_->rules;
}

bool PageCache::contains(const PageRequest& request) {
  const PageRule* rule = caching::first_rule(work_->rules, request.path);
  if (rule == nullptr) return false;
  CacheLookup seen = work_->cache.peek(page_key(request, *rule));
  return seen.found() && seen.value.has_value();
}

bool PageCache::invalidate(const PageRequest& request) {
  const PageRule* rule = caching::first_rule(work_->rules, request.path);
  return rule != nullptr && work_->cache.invalidate(page_key(request, *rule));
}

void PageCache::invalidate_tags(List<Text> tags) {
  work_->cache.invalidate_tags(tags);
}

PageStatistics PageCache::statistics() const {
  const auto& c = work_->counts;
  return {c.hits, c.stale_hits, c.misses, c.passed, c.kept, c.errors};
}

}  // namespace playhead
