#pragma once
// Rules and requests of the tests of pages.
#include <stdexcept>

#include "playhead/modules/page_cache.h"

namespace playhead::test {

inline std::vector<PageRule> some_rules() {
  PageRule language{"/language", 60'000};
  language.vary = {"Accept-Language"};
  PageRule broken{"/broken"};
  broken.ttl_of = [](const PageRequest&) -> Millis { throw std::runtime_error("no lifetime"); };
  PageRule video{"/videos/*", 300'000};
  video.tags = {"video:{2}", "{1}", "{9}x"};
  PageRule search{"/search", 60'000};
  search.params = std::vector<std::string>{"q", "sort"};
  PageRule rest{"/**", 60'000};
  rest.params = std::nullopt;
  return {{"/private"}, video, search, language, broken, rest};
}

inline PageRequest get(std::string path, std::string query = "", PageHeaders headers = {}) {
  return {std::move(path), std::move(query), "GET", std::move(headers), "http://example.org"};
}

}  // namespace playhead::test
