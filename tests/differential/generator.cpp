#include "tests/differential/generator.h"

#include <algorithm>
#include <set>

#include "engine/store/sha1.h"
#include "tests/differential/comparison.h"

namespace playhead::differential {

namespace {

template <class... Ops>
constexpr std::array<void (*)(Composer&), sizeof...(Ops)> composers_of(Operations<Ops...>) {
  return {[](Composer& c) {
    Ops op{};
    Ops::describe(op, c);
  }...};
}

template <class... Ops>
std::vector<std::vector<std::string>> options_of(Operations<Ops...>) {
  auto list = []<class Op>(Op op) {
    OptionLister lister;
    Op::describe(op, lister);
    return lister.found;
  };
  return {list(Ops{})...};
}

// How often a command is chosen, in tenths of the usual.
std::size_t weight_of(const Command& c) {
  static const std::map<Text, std::size_t> weights = {{"flushall", 1}, {"flushdb", 1}, {"swapdb", 1}, {"script|flush", 2}, {"del", 5}, {"unlink", 5}, {"getdel", 5},
                                                      {"move", 5}, {"eval", 50}, {"eval_ro", 15}, {"zadd", 40}, {"sadd", 30}, {"hset", 30}, {"rpush", 20},
                                                      {"lpush", 20}, {"set", 30}, {"zrange", 30}, {"zrangestore", 20}, {"bitfield", 20}, {"sort", 30}, {"restore", 20},
                                                      {"lpos", 20}, {"lcs", 20}, {"pfadd", 30}, {"zunion", 20}, {"zinter", 20}, {"expire", 20}};
  auto at = weights.find(c.traits.name);
  return at == weights.end() ? 10 : at->second;
}

bool is_one_of(const Command& c, const std::set<Text>& names) { return names.contains(c.traits.name); }

// A changed word in these could be a deadline that real time reaches, or an offset that takes gigabytes.
bool is_delicate(const Command& c) {
  static const std::set<Text> names = {"set", "getex", "setex", "psetex", "expire", "pexpire", "expireat", "pexpireat", "restore", "setrange", "setbit",
                                       "bitfield", "srandmember", "hrandfield", "zrandmember"};
  return is_one_of(c, names);
}

bool is_random(const Command& c) {
  static const std::set<Text> names = {"spop", "srandmember", "hrandfield", "zrandmember", "randomkey", "scan", "sscan", "hscan", "zscan"};
  return is_one_of(c, names);
}

bool is_unordered(const Command& c) {
  static const std::set<Text> names = {"smembers", "sunion", "sinter", "sdiff", "keys", "hkeys", "hvals", "hgetall", "pubsub|channels"};
  return is_one_of(c, names);
}

// Their replies differ between stores, or change with time.
bool tells_inner_things(const Command& c) {
  static const std::set<Text> names = {"object|encoding", "object|refcount", "object|idletime", "dump", "ttl", "pttl", "expiretime", "pexpiretime", "sort", "sort_ro", "dbsize"};
  return is_one_of(c, names);
}

// Sets a deadline that has passed: the key is gone, but may still be counted.
bool leaves_expired_key(const Words& words) { return std::find(words.begin(), words.end(), "1000000000") != words.end(); }

std::string lua_quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) {
    char escape[8];
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '*' || c == '-')
      out += c;
    else
      out.append(escape, static_cast<std::size_t>(std::snprintf(escape, sizeof escape, "\\%03d", static_cast<unsigned char>(c))));
  }
  return out + "'";
}

const std::vector<std::string>& known_scripts() {
  static const std::vector<std::string> scripts = {"return 1", "return {KEYS[1], ARGV[1]}", "return redis.call('GET', KEYS[1])", "return redis.call('INCR', 's0')",
                                                   "return {#KEYS, #ARGV}", "return redis.pcall('LRANGE', KEYS[1], 0, -1)"};
  return scripts;
}

}  // namespace

const std::vector<std::vector<std::string>>& options_of_all() {
  static const auto all = options_of(AllOperations{});
  return all;
}

Generator::Generator(std::uint64_t seed) : random_(seed), arguments_(random_) {
  for (const Command& c : commands()) table_.insert(table_.end(), weight_of(c), &c);
}

const Command& Generator::any_command() { return *random_.pick(table_); }
std::uint16_t Generator::database() { return static_cast<std::uint16_t>(random_.permille(850) ? 0 : random_.permille(800) ? 1 : random_.below(16)); }

// ---- commands ----------------------------------------------------------------------------------------------------

std::string Generator::name_of(const Command& command) {
  std::string name(command.traits.name);
  std::size_t letters = random_.below(3);  // upper case, as it is, mixed
  for (char& c : name)
    if (c >= 'a' && c <= 'z' && (letters == 0 || (letters == 2 && random_.below(2) == 0))) c = static_cast<char>(c - 32);
  return name;
}

Generator::Made Generator::make(const Command& command) {
  static constexpr auto composers = composers_of(AllOperations{});
  Made made{{}, &command};
  std::string name = name_of(command);
  std::size_t bar = name.find('|');
  made.words.push_back(name.substr(0, bar));
  if (bar != std::string::npos) made.words.push_back(name.substr(bar + 1));
  if (command.traits.name == "pubsub|channels") made.words[1] = "CHANNELS";  // its error shows the word as it was written
  std::vector<std::string> options;
  Composer composer(random_, arguments_, command.traits, *this, made.words, options);
  composers[command.code](composer);
  fit_bounds(made);
  keep_scores_equal(made);
  if (random_.permille(40)) disturb(made);
  return made;
}

// The bounds of ZRANGE and ZRANGESTORE are written for what the options make of them.
void Generator::fit_bounds(Made& made) {
  Words& words = made.words;
  std::size_t at = made.command->traits.name == "zrange" ? 2 : made.command->traits.name == "zrangestore" ? 3 : 0;
  if (at == 0 || random_.permille(50)) return;
  for (std::size_t i = at + 2; i < words.size(); ++i) {
    bool bylex = syntax::same_word(words[i], "BYLEX");
    if (!bylex && !syntax::same_word(words[i], "BYSCORE")) continue;
    for (std::size_t j : {at, at + 1}) words[j] = bylex ? arguments_.lex_bound() : arguments_.score_bound();
  }
}

// What the commands by name give is determined only if all scores are equal: they get sorted sets of their own.
void Generator::keep_scores_equal(Made& made) {
  static const std::set<Text> by_name = {"zlexcount", "zrangebylex", "zrevrangebylex", "zremrangebylex"};
  static const std::set<Text> harmless = {"zrem", "zcard", "zscore", "zmscore", "zrank", "zrevrank", "zpopmin", "zpopmax", "zremrangebyrank", "zrevrange", "zrandmember", "zscan", "del", "type"};
  Words& words = made.words;
  std::string key = "x" + std::to_string(random_.below(4));
  std::size_t bylex = static_cast<std::size_t>(std::count_if(words.begin(), words.end(), [](const std::string& w) { return syntax::same_word(w, "BYLEX"); }));
  if (is_one_of(*made.command, by_name) || (bylex > 0 && made.command->traits.name == "zrange")) {
    words.at(1) = key;
  } else if (bylex > 0 && made.command->traits.name == "zrangestore") {
    words.at(2) = key;
  } else if (made.command->traits.name == "zadd" && random_.permille(250)) {
    words = {words[0], key};
    for (std::size_t n = arguments_.few(); n > 0; --n) words.insert(words.end(), {"0", arguments_.member()});
  } else if (is_one_of(*made.command, harmless) && random_.permille(100)) {
    words.at(1) = key;
  }
}

void Generator::disturb(Made& made) {
  Words& words = made.words;
  std::size_t first = name_words(*made.command);
  bool delicate = is_delicate(*made.command);
  switch (random_.below(5)) {
    case 0:
      words.push_back(arguments_.garbage());
      return;
    case 1:
      if (words.size() > first) words.pop_back();
      return;
    case 2:
      if (words.size() > first && !delicate) words.erase(words.begin() + static_cast<std::ptrdiff_t>(first + random_.below(words.size() - first)));
      return;
    case 3:
      if (words.size() > first + 1 && !delicate) std::swap(words[first + random_.below(words.size() - first)], words.back());
      return;
    default:
      if (random_.below(10) == 0)
        words[0] = random_.pick(std::vector<std::string>{"nosuch", "", "GETT", "OBJECT", "PUBSUB", "SCRIPT", "x\r\ny"});
      else
        words.push_back(words.back());
  }
}

Words Generator::make_determined() {
  for (;;) {
    Made made = make_any();
    if (is_random(*made.command) || made.command->traits.group == Group::scripting) continue;
    if (leaves_expired_key(made.words)) continue;
    if (in_script_ && tells_inner_things(*made.command)) continue;
    return made.words;
  }
}

// ---- scripts -----------------------------------------------------------------------------------------------------

std::string Generator::sha1() {
  if (random_.permille(100)) return random_.pick(std::vector<std::string>{"", "abc", std::string(40, '0'), std::string(40, 'f')});
  return sha1_hex(random_.pick(known_scripts()));
}

std::string Generator::script_line(std::size_t number, bool& unordered) {
  Words words = make_determined();
  std::vector<Text> texts(words.begin(), words.end());
  const Command* c = find_command(texts);
  unordered = unordered || (c != nullptr && is_unordered(*c));
  bool delicate = c != nullptr && is_delicate(*c);
  std::string line = "r[" + std::to_string(number) + "] = redis." + (random_.permille(700) ? "pcall(" : "call(");
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) line += ", ";
    std::int64_t digits = words[i].size() < 5 && !words[i].empty() && std::all_of(words[i].begin(), words[i].end(), [](char x) { return x >= '0' && x <= '9'; });
    if (i == 1 && !words[1].starts_with('x') && random_.permille(200))
      line += "KEYS[1] or 's0'";
    else if (i > 1 && !delicate && random_.permille(50))
      line += "ARGV[1] or 'v'";
    else if (digits != 0 && words[i][0] != '0' && random_.below(2) == 0)
      line += words[i];
    else
      line += lua_quoted(words[i]);
  }
  return line + ")\n";
}

std::string Generator::script_result(std::size_t lines) {
  static const std::vector<std::string> others = {"nil", "true", "false", "3.99", "-3.99", "'text'", "''", "{}", "{1, 2, nil, 4}", "{1, {2, {3, 'x'}}, false, true}", "{ok='FINE'}",
                                                  "{err='MY error'}", "redis.error_reply('MY error')", "redis.error_reply('-MY error')", "redis.error_reply('lower')", "redis.status_reply('FINE')", "{double=3.5}",
                                                  "error('thrown')", "error({err='MY thrown'})", "nosuchglobal", "#KEYS + #ARGV", "{KEYS[1], ARGV[1]}", "redis.sha1hex('a')", "1e20", "0/0", "cjson.encode({1,'a',true})",
                                                  "cjson.decode('[1,\"x\",null]')[2]", "tostring(r[1])", "type(r[1])", "type(r[1]) == 'table' and r[1].err", "{r[1], 'tail'}", "string.rep('ab', 3)", "'a\\nb'", "{err='two\\r\\nlines'}",
                                                  "redis.call('GET')", "redis.pcall('nosuch')", "redis.call()", "redis.call({})", "table.concat({1,2},',')", "tonumber('0x10')", "{a=1, 7}", "math.floor(2.5)", "select('#', 1, 2)"};
  std::size_t chance = random_.below(10);
  if (chance < 6) return "r";
  if (chance < 8) return "r[" + std::to_string(1 + random_.below(lines + 1)) + "]";
  return random_.pick(others);
}

std::string Generator::script() {
  if (in_script_ || random_.permille(250)) return random_.pick(known_scripts());
  if (random_.permille(20)) return random_.pick(std::vector<std::string>{"return", "", "syntax error(", "x = 1", "local x = y", "redis.call('SET','s0')", "return redis.call('SELECT', 1)"});
  in_script_ = true;
  bool unordered = false;
  std::size_t lines = 1 + random_.below(4);
  std::string text = "local r = {}\n";
  for (std::size_t i = 1; i <= lines; ++i) text += script_line(i, unordered);
  text += "return " + script_result(lines) + "\n";
  if (unordered) text += unordered_mark;
  in_script_ = false;
  return text;
}

// ---- steps -------------------------------------------------------------------------------------------------------

void Generator::add_call(Stream& stream) {
  Step step;
  step.db = database();
  Made made = make_any();
  step.commands.push_back(made.words);
  stream.push_back(step);
  if (made.command->traits.name != "set" || !leaves_expired_key(made.words)) return;
  step.commands = {{"PERSIST", made.words.at(1)}};  // has the key removed
  stream.push_back(step);
}

void Generator::add_batch(Stream& stream, Step::Kind kind) {
  Step step;
  step.kind = kind;
  step.db = database();
  if (kind == Step::Kind::watch) {
    for (std::size_t n = 1 + random_.below(3); n > 0; --n) step.words.push_back(arguments_.key(any_command().traits.group));
    for (std::size_t n = random_.below(3); n > 0; --n) {
      Words words = make_determined();
      std::vector<Text> texts(words.begin(), words.end());
      const Command* c = find_command(texts);
      if (c != nullptr && !c->is(Flags::blocking)) step.commands.push_back(words);
    }
    step.before = step.commands.size();
  }
  for (std::size_t n = 1 + random_.below(6); n > 0; --n) {
    const Command& c = any_command();
    step.commands.push_back(c.traits.group == Group::scripting ? make(c).words : make_determined());
  }
  stream.push_back(step);
}

void Generator::add_transfer(Stream& stream) {
  Step step;
  step.kind = Step::Kind::transfer;
  step.db = database();
  step.number = static_cast<std::int64_t>(random_.below(60));
  Group family = any_command().traits.group;
  step.words = {arguments_.key(family), arguments_.key(family), random_.below(2) == 0 ? "0" : arguments_.deadline(false, 1)};
  if (random_.below(3) != 0) step.words.emplace_back("REPLACE");
  stream.push_back(step);
}

void Generator::add_scan(Stream& stream) {
  static const std::vector<std::pair<std::string, Group>> scans = {{"SCAN", Group::keyspace}, {"SSCAN", Group::sets}, {"HSCAN", Group::hashes}, {"ZSCAN", Group::zsets}};
  Step step;
  step.kind = Step::Kind::scan;
  step.db = database();
  const auto& [name, family] = random_.pick(scans);
  step.commands.push_back({name});
  Words& words = step.commands[0];
  if (name != "SCAN") words.push_back(arguments_.key(family));
  if (random_.below(2) == 0) words.insert(words.end(), {"COUNT", std::to_string(1 + random_.below(30))});
  if (random_.below(3) == 0) words.insert(words.end(), {"MATCH", arguments_.pattern()});
  if (name == "SCAN" && random_.below(3) == 0) words.insert(words.end(), {"TYPE", arguments_.type_name()});
  stream.push_back(step);
}

void Generator::add_travel(Stream& stream) {
  Step step;
  step.kind = Step::Kind::travel;
  step.travelled = true;
  step.db = 0;
  if (random_.below(3) != 0) {
    step.words.push_back(arguments_.key(any_command().traits.group));
    step.number = random_.between(-1, 1);
  } else {
    step.number = std::stoll("1" + std::string(8 + random_.below(5), '0'));
  }
  stream.push_back(step);
  travelling_ = 5 + random_.below(60);
  arguments_.deadlines(false);
}

void Generator::add_step(Stream& stream) {
  std::size_t before = stream.size();
  std::size_t chance = random_.below(10000);
  if (travelling_ > 0 && --travelling_ == 0) arguments_.deadlines(true);
  bool travelled = travelling_ > 0;
  if (chance < 400) add_batch(stream, Step::Kind::batch);
  else if (chance < 600) add_batch(stream, Step::Kind::watch);
  else if (chance < 650) add_transfer(stream);
  else if (chance < 710) add_scan(stream);
  else if (chance < 725 && !travelled) add_travel(stream);
  else if (chance < 728) stream.push_back({Step::Kind::check, 0, false, {}, 0, {}, 0});
  else add_call(stream);
  for (std::size_t i = before; i < stream.size(); ++i) stream[i].travelled = travelled || stream[i].kind == Step::Kind::travel;
}

Stream Generator::stream(std::size_t steps) {
  Stream out;
  travelling_ = 0;
  arguments_.deadlines(true);
  arguments_.weirdness(random_.below(40));
  while (out.size() < steps) add_step(out);
  out.push_back({Step::Kind::check, 0, travelling_ > 0, {}, 0, {}, 0});
  return out;
}

}  // namespace playhead::differential
