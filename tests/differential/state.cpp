#include "tests/differential/state.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "tests/differential/comparison.h"

namespace playhead::differential {

namespace {

constexpr std::int64_t tolerance = 30'000;
constexpr std::uint16_t databases = 16;
constexpr const char* type_names[] = {"string", "list", "set", "hash", "sorted set"};

std::string place(const std::pair<std::uint16_t, std::string>& key) {
  return "key " + quoted(key.second) + " of database " + std::to_string(key.first);
}

KeyState read_key(const std::string& where, const Value& dump, const Value& deadline, const Value& encoding) {
  KeyState state;
  if (dump.kind != Value::Kind::bulk)
    throw std::runtime_error(where + " is listed, but DUMP gives " + shown(dump));
  std::string error;
  if (!rdb_restore(dump.text, state.value, &error))
    throw std::runtime_error(where + ": its DUMP cannot be read: " + error);
  if (state.value.type == RdbType::set) std::sort(state.value.elements.begin(), state.value.elements.end());
  std::sort(state.value.fields.begin(), state.value.fields.end());
  state.deadline = deadline.number;
  state.encoding = encoding.text;
  return state;
}

// The first place where two lists differ, as text.
template <class List, class Show>
std::string first_difference(const List& redis, const List& ours, const std::string& name, Show&& show) {
  if (redis.size() != ours.size())
    return "redis has " + std::to_string(redis.size()) + " elements, " + name + " " +
           std::to_string(ours.size());
  for (std::size_t i = 0; i < redis.size(); ++i)
    if (!(redis[i] == ours[i]))
      return "element " + std::to_string(i) + ": redis " + show(redis[i]) + ", " + name + " " + show(ours[i]);
  return {};
}

std::string value_difference(const RdbValue& redis, const RdbValue& ours, const std::string& name) {
  if (redis.type != ours.type)
    return std::string("redis has a ") + type_names[static_cast<int>(redis.type)] + ", " + name + " a " +
           type_names[static_cast<int>(ours.type)];
  if (redis.string != ours.string)
    return "redis has " + shown(Value::bulk(redis.string)) + ", " + name + " " +
           shown(Value::bulk(ours.string));
  std::string found =
      first_difference(redis.elements, ours.elements, name, [](const std::string& e) { return quoted(e); });
  if (found.empty())
    found = first_difference(redis.fields, ours.fields, name,
                             [](const auto& f) { return quoted(f.first) + " = " + quoted(f.second); });
  if (found.empty())
    found = first_difference(redis.members, ours.members, name, [](const auto& m) {
      return quoted(m.second) + " " + shown(Value::real(m.first));
    });
  return found;
}

bool same_deadline(std::int64_t a, std::int64_t b) {
  return a == b || (a > 0 && b > 0 && std::llabs(a - b) <= tolerance);
}

}  // namespace

template <class Target>
State state_of(Target& target, bool encodings) {
  std::vector<Words> asked = {{"DUMP"}, {"PEXPIRETIME"}};
  if (encodings) asked.push_back({"OBJECT", "ENCODING"});
  std::vector<Question> listing;
  for (std::uint16_t db = 0; db < databases; ++db) listing.push_back({db, {"KEYS", "*"}});
  std::vector<Question> questions;
  auto lists = target.ask(listing);
  for (std::uint16_t db = 0; db < databases; ++db)
    for (const Value& key : lists[db].items)
      for (const Words& words : asked) {
        questions.emplace_back(db, words);
        questions.back().second.push_back(key.text);
      }
  auto answers = target.ask(questions);
  State state;
  for (std::size_t i = 0; i < questions.size(); i += asked.size()) {
    std::pair key{questions[i].first, questions[i].second.back()};
    state[key] = read_key(place(key), answers[i], answers[i + 1], encodings ? answers[i + 2] : Value());
  }
  return state;
}
template State state_of(EmbeddedTarget&, bool);
template State state_of(RedisTarget&, bool);

std::string difference(const State& redis, const State& ours, const std::string& name, Encodings& encodings) {
  for (const auto& [key, state] : redis)
    if (!ours.contains(key)) return place(key) + " is missing in " + name;
  for (const auto& [key, state] : ours) {
    auto at = redis.find(key);
    if (at == redis.end()) return place(key) + " should not be in " + name;
    std::string found = value_difference(at->second.value, state.value, name);
    if (!found.empty()) return place(key) + ": " + found;
    if (!same_deadline(at->second.deadline, state.deadline))
      return place(key) + ": redis has the deadline " + std::to_string(at->second.deadline) + ", " + name +
             " " + std::to_string(state.deadline);
    if (at->second.encoding != state.encoding)
      ++encodings["redis " + at->second.encoding + ", " + name + " " + state.encoding];
  }
  return {};
}

}  // namespace playhead::differential
