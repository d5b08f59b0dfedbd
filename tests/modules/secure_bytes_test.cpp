#include "engine/store/secure_bytes.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <thread>

using namespace playhead;

namespace {

std::string random_bytes(std::size_t size) {
  std::string out(size, '\0');
  fill_random(out);
  return out;
}

}  // namespace

TEST_CASE("base64url gives RFC 4648's test vectors without padding", "[secure_bytes]") {
  const std::pair<Text, Text> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};
  for (auto [bytes, text] : vectors) {
    REQUIRE(base64url(bytes) == text);
    REQUIRE(from_base64url(text) == std::string(bytes));
  }
}

TEST_CASE("every base64url text has one spelling", "[secure_bytes]") {
  for (Text bad : {"Z", "Zh", "Zm9", "Zg==", "Zm9vY", "+/8", "Zm 9v", "Zm9v\n"})
    REQUIRE_FALSE(from_base64url(bad));
}

TEST_CASE("random bytes survive base64url and hexadecimal digits", "[secure_bytes]") {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random() % 70, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    REQUIRE(from_base64url(base64url(bytes)) == bytes);
    REQUIRE(from_hex(hex(bytes)) == bytes);
  }
  for (Text bad : {"0", "0g", "AB"}) REQUIRE_FALSE(from_hex(bad));
}

TEST_CASE("SHA-256 gives the digests of FIPS 180-4's examples", "[secure_bytes]") {
  auto digest = [](Text bytes) {
    auto d = sha256(bytes);
    return hex({d.data(), d.size()});
  };
  REQUIRE(digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  REQUIRE(digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("secrets are the same only byte for byte", "[secure_bytes]") {
  REQUIRE(same_secret("", ""));
  REQUIRE(same_secret("abc", "abc"));
  REQUIRE_FALSE(same_secret("abc", "abd"));
  REQUIRE_FALSE(same_secret("abc", "ab"));
}

TEST_CASE("random bytes do not repeat, whatever size is asked for", "[secure_bytes]") {
  std::set<std::string> seen;
  for (std::size_t size : {8, 16, 33, 64, 65, 512, 600})
    for (int i = 0; i < 500; ++i) REQUIRE(seen.insert(random_bytes(size)).second);
  for (const std::string& bytes : seen) REQUIRE(bytes.find(std::string(8, '\0')) == std::string::npos);
}

TEST_CASE("threads do not share random bytes", "[secure_bytes]") {
  std::string other;
  std::thread([&] { other = random_bytes(16); }).join();
  REQUIRE(random_bytes(16) != other);
}

TEST_CASE("a forked child and its parent have different random bytes", "[secure_bytes]") {
  random_bytes(16);  // so that some were made that neither has used yet
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::string bytes = random_bytes(16);
    _exit(write(ends[1], bytes.data(), bytes.size()) == 16 ? 0 : 1);
  }
  std::string of_parent = random_bytes(16), of_child(16, '\0');
  REQUIRE(read(ends[0], of_child.data(), of_child.size()) == 16);
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  close(ends[0]);
  close(ends[1]);
  REQUIRE(of_child != of_parent);
}

TEST_CASE("an HMAC is that of RFC 4231", "[secure_bytes]") {
  auto mac = [](Text key, Text bytes) {
    auto m = hmac_sha256(key, bytes);
    return hex({m.data(), m.size()});
  };
  CHECK(mac(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(mac("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(mac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}
