#include "tests/differential/coverage.h"

#include "playhead/command.h"
#include "tests/differential/generator.h"

namespace playhead::differential {

namespace {

std::string kind_of(const Value& v) {
  switch (v.kind) {
    case Value::Kind::null:
    case Value::Kind::null_array:
      return "null";
    case Value::Kind::integer:
      return v.number == 0 ? "zero" : v.number < 0 ? "negative" : "integer";
    case Value::Kind::bulk:
      return v.text.empty() ? "empty" : "bulk";
    case Value::Kind::status:
      return "status";
    case Value::Kind::real:
      return "double";
    case Value::Kind::error:
      return v.text.starts_with("WRONGTYPE") ? "wrongtype" : "error";
    default:
      return v.items.empty() ? "empty" : "list";
  }
}

bool is_refusal(const std::string& kind) {
  return kind == "error" || kind == "wrongtype";
}

bool performed(const std::set<std::string>& kinds) {
  for (const std::string& k : kinds)
    if (!is_refusal(k)) return true;
  return false;
}

// An optional argument is hit by its presence, an option by its word.
std::vector<std::string> options_in(const Command& c, const Words& words) {
  std::vector<std::string> found;
  for (const std::string& option : options_of_all()[c.code]) {
    bool is_word = option[0] >= 'A' && option[0] <= 'Z';
    bool here = !is_word && words.size() > static_cast<std::size_t>(c.arity < 0 ? -c.arity : c.arity);
    for (std::size_t i = name_words(c); i < words.size() && !here; ++i)
      here = syntax::same_word(words[i], option) ||
             (option == "BYTE|BIT" &&
              (syntax::same_word(words[i], "BYTE") || syntax::same_word(words[i], "BIT")));
    if (here) found.push_back(option);
  }
  return found;
}

// What only a session performs is no matter of stores.
List<Command> stored_commands() {
  return commands().first(stored_operation_count);
}

}  // namespace

void Coverage::add(const Words& words, const Value& reply) {
  ++commands_;
  std::vector<Text> texts(words.begin(), words.end());
  const Command* c = find_command(texts);
  if (c == nullptr) return;
  auto& of_operation = hits_[std::string(c->traits.name)];
  std::string kind = kind_of(reply);
  of_operation[""].insert(kind);
  if (words.size() > 40) return;  // options stand in short commands; long ones are slow to search
  for (const std::string& option : options_in(*c, words)) of_operation[option].insert(kind);
}

std::vector<std::string> Coverage::operations_not_hit() const {
  std::vector<std::string> missing;
  for (const Command& c : stored_commands()) {
    auto at = hits_.find(std::string(c.traits.name));
    if (at == hits_.end() || !performed(at->second.at(""))) missing.emplace_back(c.traits.name);
  }
  return missing;
}

std::size_t Coverage::operations_hit() const {
  return stored_commands().size() - operations_not_hit().size();
}

std::string Coverage::report() const {
  std::size_t combinations = 0, options = 0, options_hit = 0;
  std::string missing;
  for (const auto& [operation, by_option] : hits_)
    for (const auto& [option, kinds] : by_option) combinations += kinds.size();
  for (const Command& c : stored_commands()) {
    auto at = hits_.find(std::string(c.traits.name));
    std::set<std::string> names(options_of_all()[c.code].begin(), options_of_all()[c.code].end());
    for (const std::string& option : names) {
      ++options;
      bool hit = at != hits_.end() && at->second.contains(option) && performed(at->second.at(option));
      options_hit += hit ? 1 : 0;
      if (!hit) missing += "  " + std::string(c.traits.name) + " " + option + "\n";
    }
    if (at != hits_.end() && !at->second.at("").contains("error") && !at->second.at("").contains("wrongtype"))
      missing += "  " + std::string(c.traits.name) + " refused\n";
  }
  std::string text = std::to_string(operations_hit()) + " of " + std::to_string(stored_commands().size()) +
                     " operations, " + std::to_string(options_hit) + " of " + std::to_string(options) +
                     " options, " + std::to_string(combinations) +
                     " combinations of operation, option and kind of reply\n";
  if (!missing.empty()) text += "not hit:\n" + missing;
  return text;
}

}  // namespace playhead::differential
