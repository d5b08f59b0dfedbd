#include "tests/crash/model.h"

#include <algorithm>
#include <vector>

namespace playhead::crash {

namespace {

// Redis's range of indexes over so many elements; false: it is empty.
bool clip(std::int64_t& first, std::int64_t& last, std::int64_t size) {
  if (first < 0) first = std::max<std::int64_t>(first + size, 0);
  if (last < 0) last += size;
  last = std::min(last, size - 1);
  return first <= last && first < size;
}

std::vector<std::pair<double, std::string>> in_order(const std::map<std::string, double>& scores) {
  std::vector<std::pair<double, std::string>> order;
  for (const auto& [member, score] : scores) order.emplace_back(score, member);
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace

void Model::apply(const Change& change) {
  if (change.way == Change::Way::thrown) return;
  for (const Words& words : change.commands)
    if (words[1] != shared_counter) apply(words);
}

void Model::expire(Millis now) {
  std::erase_if(
      keys_, [now](const auto& entry) { return entry.second.deadline != 0 && entry.second.deadline <= now; });
}

std::int64_t Model::added() const {
  for (const auto& [name, content] : keys_)
    if (name.ends_with("/added")) return std::stoll(content.text);
  return 0;
}

void Model::apply(const Words& words) {
  const std::string& name = words[0];
  if (name == "SET" || name == "INCRBY")
    apply_to_string(words);
  else if (name[0] == 'H' || name[0] == 'S')
    apply_to_fields(words);
  else if (name[0] == 'Z')
    apply_to_scores(words);
  else if (name == "LPUSH" || name == "RPUSH" || name == "LPOP" || name == "RPOP" || name == "LTRIM")
    apply_to_list(words);
  else
    apply_to_key(words);
  if (auto at = keys_.find(words[1]); at != keys_.end() && at->second.empty()) keys_.erase(at);
}

void Model::apply_to_string(const Words& words) {
  Content& content = keys_[words[1]];
  if (words[0] == "SET") {
    content = {};
    content.text = words[2];
    if (words.size() > 3) content.deadline = std::stoll(words[4]);
  } else {
    content.text =
        std::to_string((content.text.empty() ? 0 : std::stoll(content.text)) + std::stoll(words[2]));
  }
  content.type = ValueType::string;
}

void Model::apply_to_fields(const Words& words) {
  Content& content = keys_[words[1]];
  content.type = words[0][0] == 'H' ? ValueType::hash : ValueType::set;
  if (words[0] == "HSET") {
    for (std::size_t i = 2; i < words.size(); i += 2) content.fields[words[i]] = words[i + 1];
    return;
  }
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (words[0] == "SADD")
      content.fields[words[i]];
    else
      content.fields.erase(words[i]);
  }
}

void Model::apply_to_scores(const Words& words) {
  Content& content = keys_[words[1]];
  content.type = ValueType::zset;
  if (words[0] == "ZADD") {
    for (std::size_t i = 2; i < words.size(); i += 2) content.scores[words[i + 1]] = std::stod(words[i]);
  } else if (words[0] == "ZREM") {
    for (std::size_t i = 2; i < words.size(); ++i) content.scores.erase(words[i]);
  } else {
    auto order = in_order(content.scores);
    std::int64_t first = std::stoll(words[2]), last = std::stoll(words[3]);
    if (!clip(first, last, static_cast<std::int64_t>(order.size()))) return;
    for (std::int64_t i = first; i <= last; ++i)
      content.scores.erase(order[static_cast<std::size_t>(i)].second);
  }
}

void Model::apply_to_list(const Words& words) {
  Content& content = keys_[words[1]];
  content.type = ValueType::list;
  auto& list = content.list;
  if (words[0] == "LTRIM") {
    std::int64_t first = std::stoll(words[2]), last = std::stoll(words[3]);
    if (!clip(first, last, static_cast<std::int64_t>(list.size()))) return list.clear();
    list = std::deque<std::string>(list.begin() + first, list.begin() + last + 1);
  } else if (words[0] == "LPOP" || words[0] == "RPOP") {
    for (std::int64_t left = std::stoll(words[2]); left > 0 && !list.empty(); --left)
      words[0] == "LPOP" ? list.pop_front() : list.pop_back();
  } else {
    for (std::size_t i = 2; i < words.size(); ++i)
      words[0] == "LPUSH" ? list.push_front(words[i]) : list.push_back(words[i]);
  }
}

void Model::apply_to_key(const Words& words) {
  if (words[0] == "DEL" || words[0] == "UNLINK") {
    for (std::size_t i = 1; i < words.size(); ++i) keys_.erase(words[i]);
    return;
  }
  auto at = keys_.find(words[1]);
  if (at == keys_.end()) return;
  if (words[0] == "PERSIST") {
    at->second.deadline = 0;
  } else if (words[0] == "PEXPIREAT") {
    at->second.deadline = std::stoll(words[2]);
  } else if (words[1] != words[2]) {  // COPY, RENAME
    keys_[words[2]] = at->second;
    if (words[0] == "RENAME") keys_.erase(words[1]);
  }
}

// ---- comparing

namespace {

std::string type_name(ValueType type) {
  static constexpr const char* names[] = {"none", "string", "list", "set", "zset", "hash"};
  return names[static_cast<std::size_t>(type)];
}

Content read_scores(Store& store, Text key, std::string& wrong) {
  Content content;
  auto members = store.run(ZRange{.key = key, .withscores = true});
  for (std::size_t i = 0; i < members.size(); ++i) {
    content.scores[members[i].member] = members[i].score;
    // Neighbours must be in order, and one of them is asked for its rank.
    if (i > 0 && std::pair(members[i - 1].score, members[i - 1].member) >=
                     std::pair(members[i].score, members[i].member))
      wrong = "members out of order";
    if (i == members.size() / 2 &&
        store.run(ZRank{.key = key, .member = members[i].member}) != static_cast<std::int64_t>(i))
      wrong = "the rank of " + members[i].member;
  }
  if (store.run(ZCard{.key = key}) != static_cast<std::int64_t>(members.size())) wrong = "ZCARD";
  return content;
}

/// What the store holds under a key; `wrong` tells of answers that contradict each other.
Content read(Store& store, Text key, std::string& wrong) {
  Content content;
  std::string type = store.run(TypeOf{.key = key}).text;
  std::size_t size = 0;
  std::int64_t counted = 0;
  if (type == "none") return content;
  if (type == "string") {
    content.text = store.run(Get{.key = key}).value_or("");
  } else if (type == "hash") {
    for (auto& [field, value] : store.run(HGetAll{.key = key}).items) content.fields[field] = value, ++size;
    counted = store.run(HLen{.key = key});
  } else if (type == "set") {
    for (auto& member : store.run(SMembers{.key = key}).items) content.fields[member], ++size;
    counted = store.run(SCard{.key = key});
  } else if (type == "zset") {
    content = read_scores(store, key, wrong);
  } else {
    for (auto& element : store.run(LRange{.key = key, .start = 0, .stop = -1}))
      content.list.push_back(element), ++size;
    counted = store.run(LLen{.key = key});
  }
  for (ValueType t : {ValueType::string, ValueType::list, ValueType::set, ValueType::zset, ValueType::hash})
    if (type_name(t) == type) content.type = t;
  if (counted != static_cast<std::int64_t>(size)) wrong = "the number of elements";
  auto deadline = store.run(PExpireTime{{.key = key}});
  content.deadline = deadline > 0 ? deadline : 0;
  return content;
}

std::string summary(const Content& c) {
  return type_name(c.type) + " of " +
         std::to_string(c.text.size() + c.fields.size() + c.scores.size() + c.list.size()) + ", deadline " +
         std::to_string(c.deadline);
}

// The names that a thread's keys can have.
std::vector<std::string> names_of(std::size_t thread) {
  std::string prefix = std::to_string(thread) + "/";
  std::vector<std::string> names = {own_counter(thread), prefix + "n"};
  for (const char* family : {"h", "z", "l", "s", "v"})
    for (int i = 0; i < 4; ++i) names.push_back(prefix + family + std::to_string(i));
  return names;
}

}  // namespace

std::map<std::string, Content> read_keys(Store& store, std::size_t thread, std::string& wrong) {
  std::map<std::string, Content> held;
  for (const std::string& name : names_of(thread)) {
    std::string contradiction;
    Content content = read(store, name, contradiction);
    if (!contradiction.empty()) wrong = name + ": " + contradiction + " contradicts the contents";
    if (content.type != ValueType::none) held[name] = std::move(content);
  }
  return held;
}

std::string difference(const std::map<std::string, Content>& held, const Model& model) {
  if (held == model.keys()) return {};
  static const Content nothing;
  auto at = [](const std::map<std::string, Content>& keys, const std::string& name) -> const Content& {
    auto found = keys.find(name);
    return found == keys.end() ? nothing : found->second;
  };
  std::map<std::string, Content> all = held;
  all.insert(model.keys().begin(), model.keys().end());
  for (const auto& [name, content] : all) {
    const Content &is = at(held, name), &should = at(model.keys(), name);
    if (!(is == should)) return name + ": holds " + summary(is) + "; expected " + summary(should);
  }
  return {};
}

std::string difference(Store& store, const Model& model, std::size_t thread) {
  std::string wrong;
  auto held = read_keys(store, thread, wrong);
  return wrong.empty() ? difference(held, model) : wrong;
}

}  // namespace playhead::crash
