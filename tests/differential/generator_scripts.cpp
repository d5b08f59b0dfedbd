// Scripts of the generator.
#include <algorithm>

#include "engine/store/sha1.h"
#include "tests/differential/command_kinds.h"
#include "tests/differential/comparison.h"
#include "tests/differential/generator.h"

namespace playhead::differential {

namespace {

std::string lua_quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) {
    char escape[8];
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '*' ||
        c == '-')
      out += c;
    else
      out.append(escape, static_cast<std::size_t>(
                             std::snprintf(escape, sizeof escape, "\\%03d", static_cast<unsigned char>(c))));
  }
  return out + "'";
}

const std::vector<std::string>& known_scripts() {
  static const std::vector<std::string> scripts = {"return 1",
                                                   "return {KEYS[1], ARGV[1]}",
                                                   "return redis.call('GET', KEYS[1])",
                                                   "return redis.call('INCR', 's0')",
                                                   "return 0",
                                                   "return redis.status_reply('FINE')",
                                                   "return {#KEYS, #ARGV}",
                                                   "return redis.pcall('LRANGE', KEYS[1], 0, -1)"};
  return scripts;
}

}  // namespace

std::string Generator::sha1() {
  if (random_.permille(100))
    return random_.pick(std::vector<std::string>{"", "abc", std::string(40, '0'), std::string(40, 'f')});
  return sha1_hex(random_.pick(known_scripts()));
}

std::string Generator::script_line(std::size_t number, bool& unordered) {
  Words words = make_determined();
  std::vector<Text> texts(words.begin(), words.end());
  const Command* c = find_command(texts);
  unordered = unordered || (c != nullptr && is_unordered(*c));
  bool delicate = c != nullptr && is_delicate(*c);
  bool has_free_key = words.size() > 1 && !words[1].starts_with('x') && !words[1].starts_with('y');
  std::string line =
      "r[" + std::to_string(number) + "] = redis." + (random_.permille(700) ? "pcall(" : "call(");
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) line += ", ";
    std::int64_t digits =
        words[i].size() < 5 && !words[i].empty() &&
        std::all_of(words[i].begin(), words[i].end(), [](char x) { return x >= '0' && x <= '9'; });
    if (i == 1 && has_free_key && random_.permille(200))
      line += "KEYS[1] or 's0'";
    else if (i > 1 && !delicate && has_free_key && random_.permille(50))
      line += "ARGV[1] or 'v'";
    else if (digits != 0 && words[i][0] != '0' && random_.below(2) == 0)
      line += words[i];
    else
      line += lua_quoted(words[i]);
  }
  return line + ")\n";
}

std::string Generator::script_result(std::size_t lines) {
  static const std::vector<std::string> others = {"nil",
                                                  "true",
                                                  "false",
                                                  "3.99",
                                                  "-3.99",
                                                  "'text'",
                                                  "''",
                                                  "{}",
                                                  "{1, 2, nil, 4}",
                                                  "{1, {2, {3, 'x'}}, false, true}",
                                                  "{ok='FINE'}",
                                                  "{err='MY error'}",
                                                  "redis.error_reply('MY error')",
                                                  "redis.error_reply('-MY error')",
                                                  "redis.error_reply('lower')",
                                                  "redis.status_reply('FINE')",
                                                  "{double=3.5}",
                                                  "error('thrown')",
                                                  "error({err='MY thrown'})",
                                                  "nosuchglobal",
                                                  "#KEYS + #ARGV",
                                                  "{KEYS[1], ARGV[1]}",
                                                  "redis.sha1hex('a')",
                                                  "1e20",
                                                  "0/0",
                                                  "cjson.encode({1,'a',true})",
                                                  "cjson.decode('[1,\"x\",null]')[2]",
                                                  "tostring(3.5)",
                                                  "type(r[1])",
                                                  "type(r[1]) == 'table' and r[1].err",
                                                  "{r[1], 'tail'}",
                                                  "string.rep('ab', 3)",
                                                  "'a\\nb'",
                                                  "{err='two\\r\\nlines'}",
                                                  "redis.call('GET')",
                                                  "redis.pcall('nosuch')",
                                                  "redis.call()",
                                                  "redis.call({})",
                                                  "table.concat({1,2},',')",
                                                  "tonumber('0x10')",
                                                  "{a=1, 7}",
                                                  "math.floor(2.5)",
                                                  "select('#', 1, 2)"};
  std::size_t chance = random_.below(10);
  if (chance < 6) return "r";
  if (chance < 8) return "r[" + std::to_string(1 + random_.below(lines + 1)) + "]";
  return random_.pick(others);
}

std::string Generator::script() {
  if (in_script_ || random_.permille(250)) return random_.pick(known_scripts());
  if (random_.permille(20))
    return random_.pick(std::vector<std::string>{"return", "", "syntax error(", "x = 1", "local x = y",
                                                 "redis.call('SET','s0')", "return redis.call('SELECT', 1)"});
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

}  // namespace playhead::differential
