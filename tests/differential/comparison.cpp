#include "tests/differential/comparison.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>

#include "engine/store/numbers.h"
#include "engine/store/rdb.h"

namespace playhead::differential {

namespace {

constexpr Millis tolerance = 30'000;

std::vector<Rule> build_rules() {
  const std::map<Text, Rule> special = {{"smembers", Rule::unordered},
                                        {"sunion", Rule::unordered},
                                        {"sinter", Rule::unordered},
                                        {"sdiff", Rule::unordered},
                                        {"keys", Rule::unordered},
                                        {"hkeys", Rule::unordered},
                                        {"hvals", Rule::unordered},
                                        {"pubsub|channels", Rule::unordered},
                                        {"hgetall", Rule::unordered_pairs},
                                        {"scan", Rule::page},
                                        {"sscan", Rule::page},
                                        {"hscan", Rule::page_pairs},
                                        {"zscan", Rule::page_scores},
                                        {"ttl", Rule::seconds_left},
                                        {"pttl", Rule::millis_left},
                                        {"expiretime", Rule::unix_seconds},
                                        {"pexpiretime", Rule::unix_millis},
                                        {"spop", Rule::random},
                                        {"srandmember", Rule::random},
                                        {"hrandfield", Rule::random},
                                        {"zrandmember", Rule::random},
                                        {"randomkey", Rule::random},
                                        {"time", Rule::random},
                                        {"object|encoding", Rule::either},
                                        {"object|refcount", Rule::either},
                                        {"object|idletime", Rule::either},
                                        {"dump", Rule::dump},
                                        {"sort", Rule::sort},
                                        {"sort_ro", Rule::sort},
                                        {"eval", Rule::script},
                                        {"eval_ro", Rule::script},
                                        {"dbsize", Rule::key_count},
                                        {"lcs", Rule::limited}};
  std::vector<Rule> rules;
  for (const Command& c : commands()) {
    auto at = special.find(c.traits.name);
    rules.push_back(at == special.end() ? Rule::exact : at->second);
  }
  return rules;
}

// -0 is not 0, and doubles are equal if their bits are.
bool equal(const Value& a, const Value& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Value::Kind::integer:
    case Value::Kind::boolean:
      return a.number == b.number;
    case Value::Kind::real:
      return std::bit_cast<std::uint64_t>(a.decimal) == std::bit_cast<std::uint64_t>(b.decimal);
    default:
      return a.text == b.text &&
             std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), equal);
  }
}

// A text that is the same for equal replies only, to sort by.
void spell(const Value& v, std::string& out) {
  char number[double_text_size];
  out += static_cast<char>('a' + static_cast<int>(v.kind));
  switch (v.kind) {
    case Value::Kind::integer:
    case Value::Kind::boolean:
      out += std::to_string(v.number);
      break;
    case Value::Kind::real:
      out.append(format_double(v.decimal, number));
      break;
    default:
      out += std::to_string(v.text.size()) + ':' + v.text;
      out += std::to_string(v.items.size());
      for (const Value& item : v.items) spell(item, out);
  }
  out += ';';
}

// Sorts the items in groups of so many.
void sort_items(Value& v, std::size_t group) {
  if (!v.is_list() || group == 0 || v.items.size() % group != 0) return;
  std::vector<std::pair<std::string, std::size_t>> order;
  for (std::size_t i = 0; i < v.items.size(); i += group) {
    std::string text;
    for (std::size_t j = i; j < i + group; ++j) spell(v.items[j], text);
    order.emplace_back(std::move(text), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<Value> sorted;
  for (const auto& [text, i] : order)
    for (std::size_t j = i; j < i + group; ++j) sorted.push_back(std::move(v.items[j]));
  v.items = std::move(sorted);
}

std::size_t pair_size(const Value& v) {
  return v.is_list() && !v.items.empty() && v.items[0].is_list() ? 1 : 2;
}

bool equal_sorted(Value a, Value b, std::size_t group_a, std::size_t group_b) {
  sort_items(a, group_a);
  sort_items(b, group_b);
  return equal(a, b);
}

bool equal_numbers(const Value& a, const Value& b, Millis shift, Millis allowed) {
  if (a.kind != Value::Kind::integer || b.kind != Value::Kind::integer) return equal(a, b);
  if (a.number == b.number) return true;
  return a.number > 0 && b.number >= 0 && std::llabs(a.number - shift - b.number) <= allowed;
}

bool has_word(const Words& words, std::size_t from, Text word) {
  return std::any_of(words.begin() + static_cast<std::ptrdiff_t>(std::min(from, words.size())), words.end(),
                     [&](const std::string& w) { return syntax::same_word(w, word); });
}

void write_scores_alike(Value& page) {
  char number[double_text_size];
  if (page.items.size() != 2) return;
  auto& items = page.items[1].items;
  for (std::size_t i = 1; i < items.size(); i += 2)
    if (double score = 0; parse_double(items[i].text, score)) items[i].text = format_double(score, number);
}

// A page that holds everything was asked from the beginning with a large COUNT.
bool same_page(const Words& words, Value a, Value b, bool pairs) {
  if (a.kind != Value::Kind::array || b.kind != Value::Kind::array || a.items.size() != 2 ||
      b.items.size() != 2)
    return equal(a, b);
  auto last_count = std::find_if(words.rbegin(), words.rend(),
                                 [](const std::string& w) { return syntax::same_word(w, "COUNT"); });
  bool whole = (words[1] == "0" || (words.size() > 2 && words[2] == "0")) && last_count != words.rend() &&
               last_count != words.rbegin() && *(last_count - 1) == "1000000";
  if (!whole) return a.items[0].kind == b.items[0].kind && b.items[1].is_list();
  return equal(a.items[0], b.items[0]) && equal_sorted(a.items[1], b.items[1], pairs ? 2 : 1, pairs ? 2 : 1);
}

// The order is not settled if a set was not sorted at all, or texts were sorted by that are equal up to a zero byte.
bool is_order_open(const Words& words, const Value& reply) {
  bool by = false, unsorted = false;
  for (std::size_t i = 2; i + 1 < words.size(); ++i) {
    if (!syntax::same_word(words[i], "BY")) continue;
    by = true;
    unsorted = unsorted || words[i + 1].find('*') == std::string::npos;
  }
  auto has_zero = [](const Value& item) { return item.text.find('\0') != std::string::npos; };
  return unsorted ||
         (has_word(words, 2, "ALPHA") &&
          (by || has_word(words, 2, "GET") || std::any_of(reply.items.begin(), reply.items.end(), has_zero)));
}

bool same_sort(const Words& words, const Value& a, const Value& b) {
  if (equal(a, b)) return true;
  if (!is_order_open(words, a) || a.kind != b.kind || a.items.size() != b.items.size()) return false;
  if (has_word(words, 2, "LIMIT")) return true;
  auto group = static_cast<std::size_t>(std::count_if(
      words.begin() + 2, words.end(), [](const std::string& w) { return syntax::same_word(w, "GET"); }));
  group = std::max<std::size_t>(group, 1);
  return equal_sorted(a, b, group, group);
}

void sort_deeply(Value& v) {
  for (Value& item : v.items) sort_deeply(item);
  sort_items(v, 1);
}

bool same_dump(const Value& a, const Value& b) {
  if (a.kind != Value::Kind::bulk || b.kind != Value::Kind::bulk) return equal(a, b);
  RdbValue x, y;
  std::string error;
  if (!rdb_restore(a.text, x, &error) || !rdb_restore(b.text, y, &error)) return false;
  if (x.type == RdbType::set) std::sort(x.elements.begin(), x.elements.end());
  if (y.type == RdbType::set) std::sort(y.elements.begin(), y.elements.end());
  std::sort(x.fields.begin(), x.fields.end());
  std::sort(y.fields.begin(), y.fields.end());
  return x.type == y.type && x.string == y.string && x.elements == y.elements && x.fields == y.fields &&
         x.members == y.members;
}

bool same_script(const Words& words, Value a, Value b) {
  if (equal(a, b)) return true;
  if (words.size() < 2 || !words[1].ends_with(unordered_mark)) return false;
  sort_deeply(a);
  sort_deeply(b);
  return equal(a, b);
}

}  // namespace

Rule rule_of(const Command& command) {
  static const std::vector<Rule> rules = build_rules();
  return rules[command.code];
}

Value in_resp(const Value& reply, int protocol) {
  using Kind = Value::Kind;
  char number[double_text_size];
  if (!reply.is_list()) {
    if (reply.kind == Kind::boolean) return Value::integer(reply.number);
    if (reply.kind == Kind::real && protocol == 2) return Value::bulk(format_double(reply.decimal, number));
    if (reply.kind == Kind::null_array && protocol == 3) return {};
    if (reply.kind == Kind::verbatim) return Value::bulk(reply.text);
    if (reply.kind != Kind::error && reply.kind != Kind::status) return reply;
    Value line = reply;
    for (char& c : line.text)
      if (c == '\r' || c == '\n') c = ' ';
    return line;
  }
  Value out(protocol == 2 ? Kind::array : reply.kind);
  for (const Value& item : reply.items) out.items.push_back(in_resp(item, protocol));
  if (protocol == 2 || reply.kind != Kind::pairs) return out;
  Value nested(Kind::array);
  for (std::size_t i = 0; i + 1 < out.items.size(); i += 2)
    nested.items.push_back(Value::array({out.items[i], out.items[i + 1]}));
  return nested;
}

bool same_reply(const Words& words, const Value& redis, const Value& ours, const Frame& frame) {
  Value b = in_resp(ours, frame.protocol);
  std::vector<Text> texts(words.begin(), words.end());
  const Command* command = find_command(texts);
  if (command != nullptr && rule_of(*command) == Rule::limited &&
      redis.text.starts_with("ERR Insufficient memory"))
    return true;
  if (command == nullptr || redis.kind == Value::Kind::error) return equal(redis, b);
  switch (rule_of(*command)) {
    case Rule::exact:
    case Rule::limited:
      return equal(redis, b);
    case Rule::unordered:
      return equal_sorted(redis, b, 1, 1);
    case Rule::unordered_pairs:
      return equal_sorted(redis, b, pair_size(redis), pair_size(b));
    case Rule::page:
      return same_page(words, redis, b, false);
    case Rule::page_pairs:
      return same_page(words, redis, b, true);
    case Rule::page_scores: {
      Value a = redis;
      write_scores_alike(a);
      write_scores_alike(b);
      return same_page(words, a, b, true);
    }
    case Rule::seconds_left:
      return equal_numbers(redis, b, frame.ahead / 1000, tolerance / 1000);
    case Rule::millis_left:
      return equal_numbers(redis, b, frame.ahead, tolerance);
    case Rule::unix_seconds:
      return equal_numbers(redis, b, 0, tolerance / 1000);
    case Rule::unix_millis:
      return equal_numbers(redis, b, 0, tolerance);
    case Rule::random:
      return redis.kind == b.kind && redis.items.size() == b.items.size();
    case Rule::either:
      return redis.is_null() ? b.is_null() : redis.kind == b.kind;
    case Rule::dump:
      return same_dump(redis, b);
    case Rule::sort:
      return same_sort(words, redis, b);
    case Rule::script:
      return same_script(words, redis, b);
    case Rule::key_count:
      return frame.ahead != 0 || equal(redis, b);
  }
  return false;
}

std::string shown(const Value& reply) {
  constexpr std::size_t longest = 600;
  char number[double_text_size];
  switch (reply.kind) {
    case Value::Kind::null:
      return "(nil)";
    case Value::Kind::null_array:
      return "(nil array)";
    case Value::Kind::boolean:
      return reply.number != 0 ? "(true)" : "(false)";
    case Value::Kind::integer:
      return std::to_string(reply.number);
    case Value::Kind::real:
      return "(double) " + std::string(format_double(reply.decimal, number));
    case Value::Kind::status:
      return "+" + reply.text;
    case Value::Kind::error:
      return "-" + reply.text;
    case Value::Kind::bulk:
    case Value::Kind::verbatim: {
      std::string text = quoted(reply.text);
      if (text.size() <= longest) return text;
      text.resize(longest);
      return text.append("...");
    }
    default:
      break;
  }
  std::string out = reply.kind == Value::Kind::set ? "~[" : reply.kind == Value::Kind::map ? "%[" : "[";
  for (std::size_t i = 0; i < reply.items.size(); ++i) {
    if (out.size() > longest) return out + " ... " + std::to_string(reply.items.size()) + " items]";
    out += (i == 0 ? "" : " ") + shown(reply.items[i]);
  }
  return out + "]";
}

}  // namespace playhead::differential
