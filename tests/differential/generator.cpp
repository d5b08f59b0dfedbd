// Steps of the generator.
#include "tests/differential/generator.h"

#include "tests/differential/command_kinds.h"

namespace playhead::differential {

Generator::Generator(std::uint64_t seed) : random_(seed), arguments_(random_) {
  for (const Command& c : commands()) table_.insert(table_.end(), weight_of(c), &c);
}

const Command& Generator::any_command() {
  return *random_.pick(table_);
}
std::uint16_t Generator::database() {
  return static_cast<std::uint16_t>(random_.permille(850)   ? 0
                                    : random_.permille(800) ? 1
                                                            : random_.below(16));
}

void Generator::add_call(Stream& stream) {
  Step step;
  step.db = database();
  Made made = make_any();
  if (trusts_errno(*made.command)) {
    step.commands = {clears_errno()};
    stream.push_back(step);
  }
  step.commands = {made.words};
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
    for (std::size_t n = 1 + random_.below(3); n > 0; --n)
      step.words.push_back(arguments_.key(any_command().traits.group));
    for (std::size_t n = random_.below(3); n > 0; --n) {
      Words words = make_determined();
      std::vector<Text> texts(words.begin(), words.end());
      const Command* c = find_command(texts);
      if (c != nullptr && !c->is(Flags::blocking) && !trusts_errno(*c)) step.commands.push_back(words);
    }
    step.before = step.commands.size();
  }
  for (std::size_t n = 1 + random_.below(6); n > 0; --n) {
    const Command& c = any_command();
    step.commands.push_back(c.traits.group == Group::scripting ? make(c).words : make_determined());
    std::vector<Text> texts(step.commands.back().begin(), step.commands.back().end());
    const Command* last = find_command(texts);
    if (last != nullptr && trusts_errno(*last)) step.commands.insert(step.commands.end() - 1, clears_errno());
  }
  stream.push_back(step);
}

void Generator::add_transfer(Stream& stream) {
  Step step;
  step.kind = Step::Kind::transfer;
  step.db = database();
  step.number = static_cast<std::int64_t>(random_.below(60));
  Group family = any_command().traits.group;
  step.words = {arguments_.key(family), arguments_.key(family),
                random_.below(2) == 0 ? "0" : arguments_.deadline(false, 1)};
  if (random_.below(3) != 0) step.words.emplace_back("REPLACE");
  stream.push_back(step);
}

void Generator::add_scan(Stream& stream) {
  static const std::vector<std::pair<std::string, Group>> scans = {
      {"SCAN", Group::keyspace}, {"SSCAN", Group::sets}, {"HSCAN", Group::hashes}, {"ZSCAN", Group::zsets}};
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
  if (chance < 400)
    add_batch(stream, Step::Kind::batch);
  else if (chance < 600)
    add_batch(stream, Step::Kind::watch);
  else if (chance < 650)
    add_transfer(stream);
  else if (chance < 710)
    add_scan(stream);
  else if (chance < 720 && !travelled)
    add_travel(stream);
  else if (chance < 728)
    stream.push_back({Step::Kind::check, 0, false, {}, 0, {}, 0});
  else
    add_call(stream);
  for (std::size_t i = before; i < stream.size(); ++i)
    stream[i].travelled = travelled || stream[i].kind == Step::Kind::travel;
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
