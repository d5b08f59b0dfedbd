#include "playhead/key_codec.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "playhead/error.h"

using playhead::Error;
using playhead::KeyCodec;
using playhead::Text;

namespace {

// Bytes that mean something in keys, and some that do not.
std::string hostile_segment(std::mt19937& random) {
  static constexpr Text bytes("{}:%%25{}::aA\0\xff\n", 16);
  std::string out(random() % 6, ' ');
  for (char& c : out) c = bytes[random() % bytes.size()];
  return out;
}

std::size_t count_of(const std::string& s, char c) {
  return static_cast<std::size_t>(std::count(s.begin(), s.end(), c));
}

}  // namespace

TEST_CASE("a key gives back the name that it was made of", "[key_codec]") {
  std::mt19937 random(1);
  for (int i = 0; i < 200'000; ++i) {
    KeyCodec::Name name{hostile_segment(random), hostile_segment(random), 0, hostile_segment(random), {}};
    name.bucket = KeyCodec::bucket_of(name.owner);
    std::string a = hostile_segment(random), b = hostile_segment(random);
    KeyCodec codec(name.prefix);
    std::string key;
    switch (random() % 3) {
      case 0:
        key = codec.key(name.family, name.owner);
        break;
      case 1:
        name.parts = {a};
        key = codec.key(name.family, name.owner, {a});
        break;
      default:
        name.parts = {a, b};
        key = codec.key(name.family, name.owner, {a, b});
    }
    auto read = KeyCodec::parse(key);
    if (!read || !(*read == name)) {
      INFO(key);
      REQUIRE(read);
      REQUIRE(*read == name);
    }
  }
}

TEST_CASE("different names give different keys", "[key_codec]") {
  std::mt19937 random(2);
  std::map<std::string, std::vector<std::string>> seen;
  KeyCodec codec;
  for (int i = 0; i < 200'000; ++i) {
    std::vector<std::string> name = {hostile_segment(random), hostile_segment(random),
                                     hostile_segment(random)};
    std::string key = codec.key(name[0], name[1], {name[2]});
    auto [at, is_new] = seen.emplace(key, name);
    if (!is_new && at->second != name) FAIL("two names share the key " << key);
  }
  REQUIRE(seen.size() > 100'000);
}

TEST_CASE("the bytes of users cannot end a segment or open a hash tag", "[key_codec]") {
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string key = KeyCodec(hostile_segment(random))
                          .key(hostile_segment(random), hostile_segment(random), {hostile_segment(random)});
    REQUIRE(count_of(key, ':') == 4);
    REQUIRE(count_of(key, '{') == 1);
    REQUIRE(count_of(key, '}') == 1);
    REQUIRE(key.find('}') == key.find('{') + 5);
  }
}

TEST_CASE("all keys of an owner have the same hash tag", "[key_codec]") {
  auto tag = [](const std::string& key) { return key.substr(key.find('{'), 6); };
  KeyCodec codec;
  std::string tag_of_alice = tag(codec.key("history", "alice"));
  REQUIRE(tag(codec.key("watch_later", "alice")) == tag_of_alice);
  REQUIRE(tag(codec.key("activity", "alice", {"counts", "x"})) == tag_of_alice);
  REQUIRE(tag(codec.key("activity", "bob")) != tag_of_alice);
}

TEST_CASE("an owner's bucket does not change between versions", "[key_codec]") {
  REQUIRE(KeyCodec().key("history", "alice", {"a:b"}) == "ph:history:{c286}:alice:a%3Ab");
}

TEST_CASE("segments have at most 1024 bytes, whatever they are", "[key_codec]") {
  std::string longest(1024, '{');
  auto name = KeyCodec::parse(KeyCodec().key("f", longest));
  REQUIRE(name);
  REQUIRE(name->owner == longest);
  REQUIRE_THROWS_AS(KeyCodec().key("f", longest + "x"), Error);
  REQUIRE_THROWS_AS(KeyCodec(longest + "x"), Error);
}

TEST_CASE("a text that no name gives is not read as a key", "[key_codec]") {
  std::string good = KeyCodec().key("f", "o");
  REQUIRE(KeyCodec::parse(good));
  for (Text bad : {"", "ph", "ph:f", "ph:f:{1234}", "ph:f:{123}:o", "ph:f:{12G4}:o", "ph:f:{12F4}:o",
                   "ph:f:1234:o", "ph:f:{1234}:%", "ph:f:{1234}:%3", "ph:f:{1234}:%3a", "ph:f:{1234}:%41",
                   "ph:f:{1234}:{o}", "ph:f:{1234}:o:%zz"})
    REQUIRE_FALSE(KeyCodec::parse(bad));
}
