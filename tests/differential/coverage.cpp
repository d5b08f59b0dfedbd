#include "tests/differential/coverage.h"

#include <set>

#include "playhead/command.h"
#include "tests/differential/generator.h"

namespace playhead::differential {

namespace {

constexpr std::size_t searched_words = 40;  // options stand in short commands; long ones are slow to search

// An optional argument is hit by its presence, an option by its word.
bool is_given(const Command& c, const Words& words, const std::string& option) {
  if (option[0] >= 'a' && option[0] <= 'z')
    return words.size() > static_cast<std::size_t>(c.arity < 0 ? -c.arity : c.arity);
  for (std::size_t i = name_words(c); i < words.size(); ++i) {
    if (option == "BYTE|BIT" && (syntax::same_word(words[i], "BYTE") || syntax::same_word(words[i], "BIT")))
      return true;
    if (syntax::same_word(words[i], option)) return true;
  }
  return false;
}

// What only a session performs is no matter of stores.
List<Command> stored_commands() {
  return commands().first(stored_operation_count);
}

}  // namespace

Coverage::Coverage() {
  for (const Command& c : stored_commands()) {
    auto& of_operation = hits_.emplace_back();
    of_operation.push_back({"", possible_kinds(c, ""), {}});
    std::set<std::string> options(options_of_all()[c.code].begin(), options_of_all()[c.code].end());
    for (const std::string& option : options) of_operation.push_back({option, possible_kinds(c, option), {}});
  }
}

void Coverage::add(const Words& words, const Value& reply) {
  ++commands_;
  std::vector<Text> texts(words.begin(), words.end());
  const Command* c = find_command(texts);
  if (c == nullptr || c->code >= stored_operation_count) return;
  ReplyKind kind = kind_of(*c, reply);
  for (Hits& hits : hits_[c->code]) {
    bool here = hits.option.empty() ||
                (!hits.seen.has(kind) && words.size() <= searched_words && is_given(*c, words, hits.option));
    if (here) hits.seen.add(kind);
  }
}

std::vector<std::string> Coverage::operations_not_hit() const {
  std::vector<std::string> missing;
  for (const Command& c : stored_commands())
    if (hits_[c.code].front().seen.without(refusals).none()) missing.emplace_back(c.traits.name);
  return missing;
}

std::size_t Coverage::operations_hit() const {
  return hits_.size() - operations_not_hit().size();
}

std::vector<std::string> Coverage::combinations_not_hit() const {
  std::vector<std::string> missing;
  for (const Command& c : stored_commands())
    for (const Hits& hits : hits_[c.code]) {
      Kinds kinds = hits.possible.without(hits.seen);
      if (!kinds.none())
        missing.push_back(std::string(c.traits.name) + (hits.option.empty() ? "" : " ") + hits.option + ":" +
                          kinds.names());
    }
  return missing;
}

std::string Coverage::report() const {
  int options = 0, options_hit = 0, possible = 0, hit = 0;
  for (const auto& of_operation : hits_)
    for (const Hits& hits : of_operation) {
      if (!hits.option.empty()) {
        ++options;
        options_hit += hits.seen.without(refusals).none() ? 0 : 1;
      }
      possible += hits.possible.size();
      hit += hits.possible.size() - hits.possible.without(hits.seen).size();
    }
  return std::to_string(operations_hit()) + " of " + std::to_string(hits_.size()) + " operations, " +
         std::to_string(options_hit) + " of " + std::to_string(options) + " options, " + std::to_string(hit) +
         " of " + std::to_string(possible) + " combinations of operation, option and kind of reply\n";
}

}  // namespace playhead::differential
