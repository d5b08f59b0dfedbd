#include "tests/crash/change.h"

#include <algorithm>

#include "tests/differential/random.h"

namespace playhead::crash {

namespace {

using differential::Random;

// Runs the commands that ARGV spells: for each the number of its words and the words.
constexpr Text run_commands = R"(
local at = 1
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  redis.call(unpack(ARGV, at + 1, at + words))
  at = at + words + 1
end)";

struct Thrown {};

class Generator {
 public:
  Generator(Random& random, std::size_t thread, Millis now)
      : random_(random), prefix_(std::to_string(thread) + "/"), now_(now) {}

  Words command() {
    switch (random_.below(16)) {
      case 0:
      case 1:
        return string();
      case 2:
      case 3:
        return hash_put();
      case 4:
        return names("HDEL", key("h"), "f", 300, 12);
      case 5:
      case 6:
        return zset_put();
      case 7:
        return random_.permille(300) ? zset_trim() : names("ZREM", key("z"), "m", 900, 30);
      case 8:
      case 9:
        return list_push();
      case 10:
        return list_pop();
      case 11:
        return names("SADD", key("s"), "m", 200, 40);
      case 12:
        return names("SREM", key("s"), "m", 200, 12);
      case 13:
        return lifetime();
      case 14:
        return remove();
      default:
        return {"COPY", sibling_ = key(pick_family()), sibling(), "REPLACE"};
    }
  }
  Words rename() {
    sibling_ = key(pick_family());
    return {"RENAME", sibling_, sibling()};
  }

 private:
  std::string pick_family() {
    static constexpr const char* families[] = {"h", "z", "l", "s", "v"};
    return random_.pick(families);
  }
  std::string key(const std::string& family) { return prefix_ + family + std::to_string(random_.below(4)); }
  // Another key of the same family.
  std::string sibling() {
    std::string other = sibling_;
    other.back() =
        static_cast<char>('0' + (static_cast<std::size_t>(other.back() - '0') + 1 + random_.below(3)) % 4);
    return other;
  }
  // Mostly short, so that collections stay packed for a while; now and then one that fills a row by itself.
  std::string value() {
    std::size_t size = random_.permille(20) ? random_.below(3000) : random_.below(24);
    return std::string(size, static_cast<char>('a' + random_.below(26))) +
           std::to_string(random_.below(1000));
  }
  Words names(const char* command, const std::string& key, const char* prefix, std::size_t universe,
              std::size_t most) {
    Words words = {command, key};
    for (std::size_t left = 1 + random_.below(most); left > 0; --left)
      words.push_back(prefix + std::to_string(random_.below(universe)));
    return words;
  }
  Words string() {
    switch (random_.below(3)) {
      case 0:
        return {"INCRBY", prefix_ + "n", std::to_string(random_.between(-5, 9))};
      case 1:
        return {"SET", key("v"), value()};
      default:
        return {"SET", key("v"), value(), "PXAT", std::to_string(deadline())};
    }
  }
  Words hash_put() {
    Words words = {"HSET", key("h")};
    for (std::size_t left = 1 + random_.below(random_.permille(100) ? 120 : 8); left > 0; --left) {
      words.push_back("f" + std::to_string(random_.below(300)));
      words.push_back(value());
    }
    return words;
  }
  Words zset_put() {
    Words words = {"ZADD", key("z")};
    for (std::size_t left = 1 + random_.below(random_.permille(150) ? 300 : 8); left > 0; --left) {
      words.push_back(std::to_string(random_.between(-40, 40)));
      words.push_back("m" + std::to_string(random_.below(900)));
    }
    return words;
  }
  Words zset_trim() {
    return {"ZREMRANGEBYRANK", key("z"), std::to_string(random_.below(20)),
            std::to_string(random_.between(-3, 60))};
  }
  Words list_push() {
    Words words = {random_.permille(500) ? "RPUSH" : "LPUSH", key("l")};
    for (std::size_t left = 1 + random_.below(random_.permille(100) ? 100 : 6); left > 0; --left)
      words.push_back(value());
    return words;
  }
  Words list_pop() {
    if (random_.permille(500))
      return {random_.permille(500) ? "LPOP" : "RPOP", key("l"), std::to_string(1 + random_.below(9))};
    return {"LTRIM", key("l"), std::to_string(random_.below(5)), std::to_string(random_.between(-5, 80))};
  }
  Words lifetime() {
    if (random_.permille(250)) return {"PERSIST", key(pick_family())};
    return {"PEXPIREAT", key(pick_family()), std::to_string(deadline())};
  }
  Words remove() {
    Words words = {random_.permille(500) ? "DEL" : "UNLINK"};
    for (std::size_t left = 1 + random_.below(3); left > 0; --left) words.push_back(key(pick_family()));
    return words;
  }
  Millis deadline() { return now_ + session_ms / 2 + session_ms * random_.between(0, 6); }

  Random& random_;
  std::string prefix_, sibling_;
  Millis now_;
};

std::vector<Text> texts(const Words& words) {
  return {words.begin(), words.end()};
}

void run_alone(Store& store, const Words& words) {
  std::vector<Text> arguments = texts(words);
  AnyCall call = AnyCall::parse(arguments, 0, false);
  try {
    store.perform(call.call());
  } catch (const Error& e) {
    if (e.code() != ErrorCode::command) throw;  // RENAME of a missing key
  }
}

Batch batch_of(const Change& change) {
  Batch batch;
  for (const Words& words : change.commands) batch.calls.push_back(AnyCall::parse(texts(words), 0, true));
  return batch;
}

void run_unit(Store& store, const Change& change) {
  std::vector<std::string> keys = change.keys();
  std::vector<Text> declared = texts(keys);
  store.with_unit(0, declared, [&](Unit& unit) {
    for (const Words& words : change.commands) {
      std::vector<Text> arguments = texts(words);
      AnyCall call = AnyCall::parse(arguments, 0, false);
      unit.perform(call.call());
    }
    if (change.way == Change::Way::thrown) throw Thrown();
  });
}

void run_script(Store& store, const Change& change) {
  std::vector<std::string> keys = change.keys();
  Words call = {"EVAL", std::string(run_commands), std::to_string(keys.size())};
  call.insert(call.end(), keys.begin(), keys.end());
  for (const Words& words : change.commands) {
    call.push_back(std::to_string(words.size()));
    call.insert(call.end(), words.begin(), words.end());
  }
  std::vector<Text> arguments = texts(call);
  AnyCall eval = AnyCall::parse(arguments, 0, false);
  store.perform(eval.call());
}

}  // namespace

std::string own_counter(std::size_t thread) {
  std::string name = std::to_string(thread);
  return name.append("/added");
}

std::vector<std::string> Change::keys() const {
  std::vector<std::string> keys;
  for (const Words& words : commands) {
    std::size_t count = words[0] == "DEL" || words[0] == "UNLINK"    ? words.size() - 1
                        : words[0] == "RENAME" || words[0] == "COPY" ? 2
                                                                     : 1;
    keys.insert(keys.end(), words.begin() + 1, words.begin() + 1 + static_cast<std::ptrdiff_t>(count));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

std::string Change::shown() const {
  static constexpr const char* ways[] = {"alone", "batch", "unit", "optimistic", "script", "thrown"};
  std::string out = ways[static_cast<std::size_t>(way)];
  for (const Words& words : commands) {
    out += "\n ";
    for (const std::string& word : words) {
      out += ' ';
      out.append(word, 0, 40);
    }
  }
  return out;
}

Change change_of(std::uint64_t seed, std::size_t thread, std::uint64_t number, Millis now) {
  Random random(seed ^ (thread + 1) * 0x9e3779b97f4a7c15 ^ number * 0xd6e8feb86659fd93);
  random.next();
  Generator generator(random, thread, now);
  Change change;
  std::size_t way = random.below(20);
  if (way < 9) {
    change.commands.push_back(random.permille(60) ? generator.rename() : generator.command());
    return change;
  }
  change.way = way < 12   ? Change::Way::batch
               : way < 15 ? Change::Way::unit
               : way < 17 ? Change::Way::optimistic
               : way < 19 ? Change::Way::script
                          : Change::Way::thrown;
  for (std::size_t left = 2 + random.below(5); left > 0; --left)
    change.commands.push_back(generator.command());
  if (random.permille(400)) {
    std::string added = std::to_string(1 + random.below(9));
    change.commands.push_back({"INCRBY", own_counter(thread), added});
    change.commands.insert(change.commands.begin(), {"INCRBY", shared_counter, added});
  }
  return change;
}

void perform(Store& store, const Change& change) {
  switch (change.way) {
    case Change::Way::alone:
      return run_alone(store, change.commands.front());
    case Change::Way::batch: {
      Batch batch = batch_of(change);
      return store.perform(batch);
    }
    case Change::Way::unit:
      return run_unit(store, change);
    case Change::Way::optimistic: {
      // The shared counter is not watched: then nobody else changes a watched key, and the commit must go
      // through.
      std::vector<std::string> keys = change.keys();
      std::erase(keys, shared_counter);
      std::vector<Text> watched = texts(keys);
      auto watch = store.watch();
      watch->add(0, watched);
      Batch batch = batch_of(change);
      if (!watch->commit(batch))
        throw Error(ErrorCode::conflict, "nobody changed a watched key, and yet the commit was refused");
      return;
    }
    case Change::Way::script:
      return run_script(store, change);
    case Change::Way::thrown:
      try {
        run_unit(store, change);
      } catch (const Thrown&) {
        return;
      }
      throw Error(ErrorCode::invalid, "an exception was lost");
  }
}

}  // namespace playhead::crash
