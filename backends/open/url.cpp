#include "backends/open/url.h"

#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead {

namespace {

[[noreturn]] void bad(const std::string& why) {
  throw Error(ErrorCode::invalid, "the store URL " + why);
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode(Text s) {
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '%') {
      out += s[i];
      continue;
    }
    if (i + 2 >= s.size() || hex(s[i + 1]) < 0 || hex(s[i + 2]) < 0)
      bad("has a '%' that is not followed by two hexadecimal digits; write %25 for a percent sign");
    out += static_cast<char>(hex(s[i + 1]) * 16 + hex(s[i + 2]));
    i += 2;
  }
  if (out.find('\0') != std::string::npos)
    bad("has a NUL byte (%00), which nothing in it can have; take it out");
  return out;
}

Text cut(Text& rest, char at) {
  std::size_t i = rest.find(at);
  Text before = rest.substr(0, i);
  rest = i == Text::npos ? Text() : rest.substr(i + 1);
  return before;
}

void parse_authority(Text authority, Url& url) {
  if (std::size_t at = authority.rfind('@'); at != Text::npos) {
    Text credentials = authority.substr(0, at);
    url.user = decode(cut(credentials, ':'));
    url.password = decode(credentials);
    url.has_user = true;
    authority = authority.substr(at + 1);
  }
  Text port;
  if (!authority.empty() && authority[0] == '[') {  // an IPv6 address
    std::size_t end = authority.find(']');
    if (end == Text::npos) bad("has a '[' without ']'");
    url.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
    if (url.host.empty()) bad("has '[]' without an address; write [::1] or leave it out");
    if (!port.empty() && port[0] != ':')
      bad("has '" + std::string(port) + "' behind the address in brackets; write [" + url.host + "]:port");
    if (!port.empty()) port.remove_prefix(1);
  } else {
    url.host = decode(cut(authority, ':'));
    port = authority;
  }
  std::int64_t number = 0;
  if (port.empty()) return;
  if (!parse_int64(port, number) || number < 1 || number > 65535)
    bad("has the port '" + std::string(port) + "', which is not a number from 1 to 65535");
  url.port = static_cast<int>(number);
}

}  // namespace

Url Url::parse(Text text) {
  Url url;
  std::size_t colon = text.find("://");
  if (colon == Text::npos)
    bad("'" + std::string(text) +
        "' has no scheme; give memory://, memory://name, rocksdb:///path, redis://host:6379/0 or "
        "redis+unix:///socket");
  url.scheme = text.substr(0, colon);
  Text rest = text.substr(colon + 3);
  Text location = cut(rest, '?');
  std::size_t slash = location.find('/');
  parse_authority(location.substr(0, slash), url);
  if (slash != Text::npos) url.path = decode(location.substr(slash));
  while (!rest.empty()) {
    Text pair = cut(rest, '&');
    if (pair.empty()) continue;
    std::string name = decode(cut(pair, '='));
    if (!url.query.try_emplace(name, decode(pair)).second)
      bad("has the parameter '" + name + "' twice; give it once");
  }
  return url;
}

std::optional<std::string> Url::take(const std::string& name) {
  auto at = query.find(name);
  if (at == query.end()) return std::nullopt;
  std::string value = std::move(at->second);
  query.erase(at);
  return value;
}

std::int64_t Url::take_number(const std::string& name, std::int64_t usual, std::int64_t min,
                              std::int64_t max) {
  auto text = take(name);
  if (!text) return usual;
  std::int64_t n = 0;
  if (!parse_int64(*text, n) || n < min || n > max)
    bad("has " + name + "=" + *text + ", which must be a whole number from " + std::to_string(min) + " to " +
        std::to_string(max));
  return n;
}

void Url::finish() const {
  if (!query.empty())
    bad("has the parameter '" + query.begin()->first + "', which " + scheme + ":// does not know");
}

void Url::refuse_credentials_and_port() const {
  if (has_user) bad("has a user or a password, which " + scheme + ":// does not know; write %40 for an '@'");
  if (port != 0)
    bad("has the port " + std::to_string(port) + ", which " + scheme + ":// does not know; leave it out");
}

const std::string& rocksdb_directory(const Url& url) {
  url.refuse_credentials_and_port();
  if (url.path.empty() || !url.host.empty())
    throw Error(ErrorCode::invalid,
                "a RocksDB store is named by an absolute path: rocksdb:///path/to/directory");
  return url.path;
}

void refuse_scheme(const Url& url) {
  throw Error(ErrorCode::invalid, "the store URL's scheme '" + url.scheme +
                                      "' is unknown; use memory, rocksdb, redis or redis+unix");
}

void refuse_left_out(Text store, Text option) {
  throw Error(ErrorCode::unsupported, "this build has no " + std::string(store) +
                                          " store; configure it with " + std::string(option) + "=ON");
}

}  // namespace playhead
