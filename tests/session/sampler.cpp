#include "tests/session/sampler.h"

namespace playhead::test {

namespace {

template <class... Ops>
std::vector<Sampler> samplers(Operations<Ops...>) {
  std::vector<Sampler> out;
  auto add = [&]<class Op>(Op op) { Op::describe(op, out.emplace_back()); };
  (add(Ops{}), ...);
  return out;
}

const std::vector<Sampler>& samplers() {
  static const auto all = samplers(AllOperations{});
  return all;
}

/// Numbers that are none, or too large, or written in a way that Redis refuses.
const Words& garbage() {
  static const Words all = {"abc",
                            "",
                            "1.5",
                            "nan",
                            "inf",
                            "-inf",
                            "1e400",
                            "0x10",
                            " 1",
                            "1 ",
                            "+1",
                            "01",
                            "-0",
                            "-1",
                            "0",
                            "9223372036854775807",
                            "-9223372036854775808",
                            "9223372036854775808",
                            "-9223372036854775809",
                            "99999999999999999999",
                            std::string("1\0", 2)};
  return all;
}

}  // namespace

std::vector<Words> calls_of(const Command& c) {
  const Sampler& sampler = samplers()[c.code];
  Words name;
  std::string words(c.traits.name);  // in upper case, as some refusals show them
  for (char& letter : words)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 32);
  std::size_t bar = words.find('|');
  name.push_back(words.substr(0, bar));
  if (bar != std::string::npos) name.push_back(words.substr(bar + 1));

  auto with = [&](const std::vector<Sample>& arguments) {
    Words call = name;
    for (const Sample& s : arguments) call.push_back(s.value);
    return call;
  };
  const auto& proper = sampler.arguments;
  std::vector<Words> calls = {with(proper), name};
  if (!proper.empty()) calls.push_back(with({proper.begin(), proper.end() - 1}));
  auto add_behind = [&](const Words& more) {
    calls.push_back(with(proper));
    calls.back().insert(calls.back().end(), more.begin(), more.end());
  };
  add_behind({"extra"});
  add_behind({"extra", "extra"});
  for (const std::string& token : sampler.tokens) {
    add_behind({token});
    add_behind({token, "abc"});
    add_behind({token, ""});
    add_behind({token, token});
    add_behind({token, "1", "abc"});
    for (const std::string& other : sampler.tokens) add_behind({token, "1", other, "1"});
  }
  for (std::size_t i = 0; i < proper.size(); ++i) {
    auto changed = proper;
    auto add = [&](std::string value) {
      changed[i].value = std::move(value);
      calls.push_back(with(changed));
    };
    add("");
    if (proper[i].is_key) add(std::string(1 << 20, 'k'));
    if (!proper[i].is_key)
      for (const std::string& s : garbage()) add(s);
  }
  return calls;
}

}  // namespace playhead::test
