#pragma once
// What the parts of PageCache share.
#include <atomic>

#include "playhead/modules/cache.h"
#include "playhead/modules/page_cache.h"

namespace playhead {

namespace caching {

std::string lower(Text text);
bool same_name(Text a, Text b);
std::string joined_header(const PageHeaders& headers, Text name);
/// The tags of a request's page.
std::vector<std::string> tags_for(const PageRule& rule, const PageRequest& request);
/// The first rule that matches a path; null: none does.
const PageRule* first_rule(const std::vector<PageRule>& rules, Text path);

}  // namespace caching

class PageCacheWork {
 public:
  PageCacheWork(Namespace space, std::vector<PageRule> given, PageCacheOptions o);
  void tell(const std::exception& error);

  const PageCacheOptions options;
  const std::vector<PageRule> rules;
  Cache cache;

  struct Counts {
    std::atomic<std::int64_t> hits = 0, stale_hits = 0, misses = 0, passed = 0, kept = 0, errors = 0;
  };
  Counts counts;
};

}  // namespace playhead
