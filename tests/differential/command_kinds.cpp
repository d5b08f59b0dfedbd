#include "tests/differential/command_kinds.h"

#include <algorithm>
#include <map>
#include <set>

namespace playhead::differential {

namespace {

bool is_one_of(const Command& c, const std::set<Text>& names) {
  return names.contains(c.traits.name);
}

}  // namespace

std::size_t weight_of(const Command& c) {
  static const std::map<Text, std::size_t> weights = {
      {"flushall", 1}, {"flushdb", 1}, {"swapdb", 1},       {"script|flush", 2}, {"del", 5},
      {"unlink", 5},   {"getdel", 5},  {"move", 5},         {"eval", 50},        {"eval_ro", 15},
      {"zadd", 40},    {"sadd", 30},   {"hset", 30},        {"rpush", 20},       {"lpush", 20},
      {"set", 30},     {"zrange", 30}, {"zrangestore", 20}, {"bitfield", 20},    {"sort", 30},
      {"restore", 20}, {"lpos", 20},   {"lcs", 4},          {"pfadd", 30},       {"zunion", 20},
      {"zinter", 20},  {"expire", 20}, {"hincrby", 30}};
  if (c.is(Flags::connection)) return 0;  // no store performs it
  auto at = weights.find(c.traits.name);
  return at == weights.end() ? 10 : at->second;
}

bool is_delicate(const Command& c) {
  static const std::set<Text> names = {"set",     "getex",    "setex",       "psetex",     "expire",
                                       "pexpire", "expireat", "pexpireat",   "restore",    "setrange",
                                       "setbit",  "bitfield", "srandmember", "hrandfield", "zrandmember"};
  return is_one_of(c, names);
}

bool is_random(const Command& c) {
  static const std::set<Text> names = {"spop", "srandmember", "hrandfield", "zrandmember", "randomkey",
                                       "scan", "sscan",       "hscan",      "zscan",       "time"};
  return is_one_of(c, names);
}

bool is_unordered(const Command& c) {
  static const std::set<Text> names = {"smembers", "sunion", "sinter",  "sdiff",          "keys",
                                       "hkeys",    "hvals",  "hgetall", "pubsub|channels"};
  return is_one_of(c, names);
}

bool tells_inner_things(const Command& c) {
  static const std::set<Text> names = {"object|encoding",
                                       "object|refcount",
                                       "object|idletime",
                                       "dump",
                                       "ttl",
                                       "pttl",
                                       "expiretime",
                                       "pexpiretime",
                                       "sort",
                                       "sort_ro",
                                       "dbsize"};
  return is_one_of(c, names);
}

bool trusts_errno(const Command& c) {
  return c.traits.name == "sort" || c.traits.name == "sort_ro";
}

const Words& clears_errno() {
  static const Words words = {"ZADD", "none", "XX", "0", "m"};
  return words;
}

bool leaves_expired_key(const Words& words) {
  return std::find(words.begin(), words.end(), "1000000000") != words.end();
}

}  // namespace playhead::differential
