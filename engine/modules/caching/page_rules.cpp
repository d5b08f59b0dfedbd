// What of a page cache needs no store: rules, names of pages, queries.
#include <algorithm>
#include <array>

#include "engine/modules/caching/packed_texts.h"
#include "engine/modules/caching/page_work.h"
#include "engine/store/secure_bytes.h"

namespace playhead {

namespace caching {

std::string lower(Text text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool same_name(Text a, Text b) {
  return a.size() == b.size() && lower(a) == lower(b);
}

std::string joined_header(const PageHeaders& headers, Text name) {
  std::string out;
  bool first = true;
  for (const auto& [key, value] : headers) {
    if (!same_name(key, name)) continue;
    if (!first) out.append(", ");
    out.append(value);
    first = false;
  }
  return out;
}

std::vector<std::string> tags_for(const PageRule& rule, const PageRequest& request) {
  if (rule.tags_of) return rule.tags_of(request);
  std::vector<Text> segments;
  for (Text rest = request.path; !rest.empty();) {
    std::size_t slash = std::min(rest.find('/'), rest.size());
    segments.push_back(rest.substr(0, slash));
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  std::vector<std::string> tags;
  for (Text pattern : rule.tags) {
    std::string& tag = tags.emplace_back();
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      bool place = i + 2 < pattern.size() && pattern[i] == '{' && pattern[i + 1] >= '1' &&
                   pattern[i + 1] <= '9' && pattern[i + 2] == '}';
      if (!place) {
        tag.push_back(pattern[i]);
        continue;
      }
      auto n = static_cast<std::size_t>(pattern[i + 1] - '0');  // the path begins with an empty segment
      if (n < segments.size()) tag.append(segments[n]);
      i += 2;
    }
  }
  return tags;
}

const PageRule* first_rule(const std::vector<PageRule>& rules, Text path) {
  auto found = std::find_if(rules.begin(), rules.end(), [&](const PageRule& r) { return r.matches(path); });
  return found == rules.end() ? nullptr : &*found;
}

}  // namespace caching

namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(Text text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int high = text[i] == '%' && i + 2 < text.size() ? digit(text[i + 1]) : -1;
    int low = high >= 0 ? digit(text[i + 2]) : -1;
    if (low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

/// A part of a pattern: a byte, "*" or "**".
struct Part {
  enum class Kind : std::uint8_t { byte, segment, rest } kind;
  char byte = 0;
};

std::vector<Part> parts_of(Text pattern) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '*') {
      parts.push_back({Part::Kind::byte, pattern[i]});
    } else if (i + 1 < pattern.size() && pattern[i + 1] == '*') {
      parts.push_back({Part::Kind::rest});
      ++i;
    } else {
      parts.push_back({Part::Kind::segment});
    }
  }
  return parts;
}

/// Whether a path has the bytes between the stars, in their order: what matches does, and little else.
bool has_bytes_of(Text pattern, Text path) {
  std::size_t from = 0, at = 0;
  for (bool first = true; at <= pattern.size(); first = false) {
    std::size_t star = std::min(pattern.find('*', at), pattern.size());
    Text bytes = pattern.substr(at, star - at);
    std::size_t found = path.find(bytes, from);
    if (found == Text::npos || (first && found != 0)) return false;
    if (star == pattern.size() && !path.ends_with(bytes)) return false;
    from = found + bytes.size();
    at = star + 1;
  }
  return true;
}

}  // namespace

bool PageRequest::has(Text name) const {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& one) { return caching::same_name(one.first, name); });
}
std::string PageRequest::header(Text name) const {
  return caching::joined_header(headers, name);
}
std::string PageResponse::header(Text name) const {
  return caching::joined_header(headers, name);
}

// All places of the pattern at once that the path read so far may have reached: O(pattern * path), whatever the pattern.
bool PageRule::matches(Text given) const {
  if (!has_bytes_of(path, given)) return false;
  std::vector<Part> parts = parts_of(path);
  std::vector<char> reached(parts.size() + 1), next(parts.size() + 1);
  auto skip_rests = [&](std::vector<char>& at) {
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (at[i] != 0 && parts[i].kind == Part::Kind::rest) at[i + 1] = 1;
  };
  reached[0] = 1;
  skip_rests(reached);
  for (char c : given) {
    std::fill(next.begin(), next.end(), char{0});
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (reached[i] == 0) continue;
      bool fits = parts[i].kind == Part::Kind::byte ? parts[i].byte == c
                                                    : parts[i].kind == Part::Kind::rest || c != '/';
      if (!fits) continue;
      if (parts[i].kind != Part::Kind::byte) next[i] = 1;
      if (parts[i].kind != Part::Kind::rest) next[i + 1] = 1;
    }
    skip_rests(next);
    reached.swap(next);
  }
  return reached.back() != 0;
}

std::vector<std::pair<std::string, std::string>> query_parameters(Text query) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!query.empty()) {
    std::size_t end = std::min(query.find('&'), query.size());
    Text one = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (one.empty()) continue;
    std::size_t equal = std::min(one.find('='), one.size());
    out.emplace_back(decoded(one.substr(0, equal)), decoded(one.substr(std::min(equal + 1, one.size()))));
  }
  return out;
}

std::string page_key(const PageRequest& request, const PageRule& rule) {
  constexpr std::size_t longest = 512;
  auto params = query_parameters(request.query);
  if (rule.params)
    std::erase_if(params, [&](const auto& p) {
      return std::find(rule.params->begin(), rule.params->end(), p.first) == rule.params->end();
    });
  std::stable_sort(params.begin(), params.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string key;
  caching::pack(key, Text(request.host));
  caching::pack(key, Text(request.path));
  caching::pack(key, static_cast<std::int64_t>(params.size()));
  for (const auto& [name, value] : params) {
    caching::pack(key, Text(name));
    caching::pack(key, Text(value));
  }
  for (Text name : rule.vary) caching::pack(key, Text(request.header(name)));
  if (key.size() <= longest) return key;
  auto digest = sha256(key);
  return hex({digest.data(), digest.size()});
}

bool known_user(const PageRequest& request) {
  return request.has("cookie") || request.has("authorization");
}

// The first one that matches counts: what is one user's own comes before all.
const std::vector<PageRule>& video_rules() {
  static const std::vector<PageRule> rules = {
      {"**/recommendations**"},
      {"**/history**"},
      {"/videos/*", 300'000, std::vector<std::string>{}, {}, {"video:{2}"}},
      {"/channels/**", 600'000, std::vector<std::string>{}, {}, {"channel:{2}"}},
      {"/categories/**", 900'000, std::vector<std::string>{}, {}, {"category:{2}"}},
      {"/search", 300'000, std::vector<std::string>{"q", "category", "sort"}},
  };
  return rules;
}

bool should_cache_video_request(const PageRequest& request) {
  return !known_user(request) && request.method == "GET" && get_cache_time_for_content(request.path) > 0;
}

std::string generate_video_cache_key(const PageRequest& request) {
  const PageRule* rule = caching::first_rule(video_rules(), request.path);
  return page_key(request, rule != nullptr ? *rule : PageRule{request.path});
}

Millis get_cache_time_for_content(Text path) {
  const PageRule* rule = caching::first_rule(video_rules(), path);
  return rule == nullptr ? 0 : rule->ttl;
}

}  // namespace playhead
