// Commands of the generator.
#include <algorithm>
#include <cmath>
#include <set>

#include "engine/store/numbers.h"
#include "tests/differential/command_kinds.h"
#include "tests/differential/generator.h"

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

}  // namespace

const std::vector<std::vector<std::string>>& options_of_all() {
  static const auto all = options_of(AllOperations{});
  return all;
}

std::string Generator::name_of(const Command& command) {
  std::string name(command.traits.name);
  std::size_t letters = random_.below(3);  // upper case, as it is, mixed
  for (char& c : name)
    if (c >= 'a' && c <= 'z' && (letters == 0 || (letters == 2 && random_.below(2) == 0)))
      c = static_cast<char>(c - 32);
  return name;
}

Generator::Made Generator::make(const Command& command) {
  static constexpr auto composers = composers_of(AllOperations{});
  Made made{{}, &command};
  std::string name = name_of(command);
  std::size_t bar = name.find('|');
  made.words.push_back(name.substr(0, bar));
  if (bar != std::string::npos) made.words.push_back(name.substr(bar + 1));
  if (command.traits.name == "pubsub|channels")
    made.words[1] = "CHANNELS";  // its error shows the word as it was written
  Composer composer(random_, arguments_, command.traits, *this, made.words);
  composers[command.code](composer);
  fit_bounds(made);
  keep_scores_equal(made);
  keep_zeros_signed(made);
  bool equal_scores = made.words.size() > 1 && made.words[1].starts_with('x');
  if (made.command->traits.name == "sort") keep_sorting_determined(made.words);
  if (random_.permille(40) && !(equal_scores && made.command->traits.name == "zadd")) disturb(made);
  return made;
}

// The bounds of ZRANGE and ZRANGESTORE are written for what the options make of them.
void Generator::fit_bounds(Made& made) {
  Words& words = made.words;
  std::size_t at = made.command->traits.name == "zrange"        ? 2
                   : made.command->traits.name == "zrangestore" ? 3
                                                                : 0;
  if (at == 0 || random_.permille(50)) return;
  for (std::size_t i = at + 2; i < words.size(); ++i) {
    bool bylex = syntax::same_word(words[i], "BYLEX");
    if (!bylex && !syntax::same_word(words[i], "BYSCORE")) continue;
    for (std::size_t j : {at, at + 1}) words[j] = bylex ? arguments_.lex_bound() : arguments_.score_bound();
  }
}

// Whether the sign of -0.0 survives depends on how the sorted set is encoded, and so on all that happened to
// it: such scores go into sets of their own, which stay small.
void Generator::keep_zeros_signed(Made& made) {
  static const std::set<Text> others = {"zscore", "zrange", "zrank", "zpopmin", "zmscore", "zrem"};
  Words& words = made.words;
  Text name = made.command->traits.name;
  auto is_signed_zero = [](const std::string& word) {
    double x = 1;
    return parse_double(word, x) && x == 0 && std::signbit(x);
  };
  std::string key = "y" + std::to_string(random_.below(4));
  if ((name == "zadd" || name == "zincrby") && std::any_of(words.begin(), words.end(), is_signed_zero))
    words = {words[0], key, "-0.0", "m" + std::to_string(random_.below(20))};
  else if (others.contains(name) && words.size() > 1 && random_.permille(20))
    words[1] = key;
}

// Texts that are equal, or missing, are in no determined order: harmless in a reply, which is compared as it
// must be, but not in a stored list.
void Generator::keep_sorting_determined(Words& words) {
  auto has = [&](Text option) {
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& w) { return syntax::same_word(w, option); });
  };
  if (has("STORE") && has("BY"))
    std::erase_if(words, [](const std::string& w) { return syntax::same_word(w, "ALPHA"); });
}

// What the commands by name give is determined only if all scores are equal: they get sorted sets of their
// own.
void Generator::keep_scores_equal(Made& made) {
  static const std::set<Text> by_name = {"zlexcount", "zrangebylex", "zrevrangebylex", "zremrangebylex"};
  static const std::set<Text> harmless = {
      "zrem",    "zcard",           "zscore",    "zmscore",     "zrank", "zrevrank", "zpopmin",
      "zpopmax", "zremrangebyrank", "zrevrange", "zrandmember", "zscan", "del",      "type"};
  Words& words = made.words;
  // "xs" holds a string for ever, so that they meet a key of another type too.
  std::string key = random_.permille(60) ? "xs" : "x" + std::to_string(random_.below(4));
  std::size_t bylex = static_cast<std::size_t>(std::count_if(
      words.begin(), words.end(), [](const std::string& w) { return syntax::same_word(w, "BYLEX"); }));
  // NOLINTNEXTLINE(bugprone-branch-clone): in the order of the branches chance is asked
  if (by_name.contains(made.command->traits.name) || (bylex > 0 && made.command->traits.name == "zrange")) {
    words.at(1) = key;
  } else if (bylex > 0 && made.command->traits.name == "zrangestore") {
    words.at(2) = key;
  } else if (made.command->traits.name == "zadd" && random_.permille(250)) {
    words = {words[0], key};
    for (std::size_t n = arguments_.few(); n > 0; --n) words.insert(words.end(), {"0", arguments_.member()});
  } else if (made.command->traits.name == "set" && random_.permille(30)) {
    words = {words[0], "xs", "v"};
  } else if (harmless.contains(made.command->traits.name) && random_.permille(100)) {
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
      if (words.size() > first && !delicate)
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(first + random_.below(words.size() - first)));
      return;
    case 3:
      if (words.size() > first + 1 && !delicate)
        std::swap(words[first + random_.below(words.size() - first)], words.back());
      return;
    default:
      if (random_.below(10) == 0)
        words[0] = random_.pick(
            std::vector<std::string>{"nosuch", "", "GETT", "OBJECT", "PUBSUB", "SCRIPT", "x\r\ny"});
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

}  // namespace playhead::differential
