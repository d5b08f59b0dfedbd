// COMMAND and its subcommands: the command table as Redis shows it.
#include <algorithm>
#include <map>

#include "engine/store/glob.h"
#include "engine/store/session_impl.h"

namespace playhead {

namespace {

Text group_name(Group group) {
  constexpr Text names[] = {"generic",      "string",     "bitmap",      "hash",   "list",
                            "set",          "sorted-set", "hyperloglog", "pubsub", "scripting",
                            "transactions", "connection", "server"};
  return names[static_cast<std::size_t>(group)];
}

std::vector<Text> flags_of(const Command& c) {
  constexpr std::pair<Flags, Text> all[] = {
      {Flags::write, "write"},       {Flags::readonly, "readonly"}, {Flags::denyoom, "denyoom"},
      {Flags::admin, "admin"},       {Flags::pubsub, "pubsub"},     {Flags::noscript, "noscript"},
      {Flags::blocking, "blocking"}, {Flags::fast, "fast"},         {Flags::no_multi, "no_multi"}};
  std::vector<Text> out;
  for (auto [flag, name] : all)
    if (c.is(flag)) out.push_back(name);
  if (c.movable_keys) out.emplace_back("movablekeys");
  return out;
}

std::vector<Text> categories_of(const Command& c) {
  constexpr Text by_group[] = {
      "@keyspace",    "@string", "@bitmap",    "@hash",        "@list",       "@set", "@sortedset",
      "@hyperloglog", "@pubsub", "@scripting", "@transaction", "@connection", ""};
  std::vector<Text> out;
  if (c.is(Flags::write)) out.emplace_back("@write");
  if (c.is(Flags::readonly) && c.traits.group != Group::scripting) out.emplace_back("@read");
  if (c.is(Flags::admin)) out.insert(out.end(), {"@admin", "@dangerous"});
  if (c.is(Flags::blocking)) out.emplace_back("@blocking");
  out.emplace_back(c.is(Flags::fast) ? "@fast" : "@slow");
  if (Text group = by_group[static_cast<std::size_t>(c.traits.group)]; !group.empty()) out.push_back(group);
  return out;
}

/// Names on the first level: a command, or a container of subcommands, or both.
struct Entry {
  const Command* command = nullptr;
  std::vector<const Command*> inside;
};

const std::map<std::string, Entry, std::less<>>& entries() {
  static const auto all = [] {
    std::map<std::string, Entry, std::less<>> found;
    for (const Command& c : commands()) {
      Text name = c.traits.name;
      std::size_t bar = name.find('|');
      Entry& e = found[std::string(name.substr(0, bar))];
      if (bar == Text::npos)
        e.command = &c;
      else
        e.inside.push_back(&c);
    }
    return found;
  }();
  return all;
}

void show_words(const std::vector<Text>& words, Sink& out) {
  out.begin_set(words.size());
  for (Text word : words) out.status(word);
}

void show_info(Text name, const Command* c, const std::vector<const Command*>& inside, Sink& out) {
  out.begin_array(10);
  out.bulk(name);
  out.integer(c == nullptr ? -2 : c->arity);
  show_words(c == nullptr ? std::vector<Text>() : flags_of(*c), out);
  out.integer(c == nullptr ? 0 : c->first_key);
  out.integer(c == nullptr ? 0 : c->last_key);
  out.integer(c == nullptr ? 0 : c->key_step);
  show_words(c == nullptr ? std::vector<Text>{"@slow"} : categories_of(*c), out);
  out.begin_set(0);  // tips
  out.begin_set(0);  // key specifications: where the keys are says COMMAND GETKEYS
  out.begin_set(inside.size());
  for (const Command* sub : inside) show_info(sub->traits.name, sub, {}, out);
}

void show_docs(Text name, const Command* c, const std::vector<const Command*>& inside, Sink& out) {
  out.bulk(name);
  out.begin_map(c == nullptr ? 3 : inside.empty() ? 3 : 4);
  out.bulk("summary");
  out.bulk(c == nullptr ? Text("A container of subcommands.") : c->traits.summary);
  out.bulk("group");
  out.bulk(group_name(c == nullptr ? inside.front()->traits.group : c->traits.group));
  if (c != nullptr) {
    out.bulk("syntax");
    out.bulk(c->syntax);
  }
  if (inside.empty()) return;
  out.bulk("subcommands");
  out.begin_map(inside.size());
  for (const Command* sub : inside) show_docs(sub->traits.name, sub, {}, out);
}

/// What a name means, "client" or "client|id"; nothing if there is no such command.
std::optional<Entry> entry_of(Text name) {
  std::string small = syntax::lower_case(name);
  std::size_t bar = small.find('|');
  auto at = entries().find(small.substr(0, bar));
  if (at == entries().end()) return {};
  if (bar == std::string::npos) return at->second;
  for (const Command* sub : at->second.inside)
    if (sub->traits.name == small) return Entry{sub, {}};
  return {};
}

/// The keys of a whole command: by their positions where these are fixed, whatever else is wrong with it.
std::vector<Text> keys_of(const Command& c, const std::vector<Text>& words) {
  std::vector<Text> keys;
  if (c.movable_keys) {
    Arena arena;
    void* operation = c.make_operation(arena);
    try {
      c.parse(List<Text>(words).subspan(name_words(c)), arena, operation);
      c.list_keys(operation, &keys,
                  [](void* all, Text key) { static_cast<std::vector<Text>*>(all)->push_back(key); });
      return keys;
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
      // what stands at fixed positions is told nevertheless
    }
  }
  if (c.first_key == 0) return keys;
  auto count = static_cast<int>(words.size());
  int last = c.last_key < 0 ? count + c.last_key : c.last_key;
  for (int at = c.first_key; at <= last && at < count; at += c.key_step)
    keys.push_back(words[static_cast<std::size_t>(at)]);
  return keys;
}

Text name_of(const Entry& e, Text given) {
  return e.command != nullptr ? e.command->traits.name : given;
}

}  // namespace

void Session::Impl::on(const connection::CommandAll&, Sink& out) {
  out.begin_array(entries().size());
  for (const auto& [name, e] : entries()) show_info(name, e.command, e.inside, out);
}

void Session::Impl::on(const connection::CommandCount&, Sink& out) {
  out.integer(static_cast<std::int64_t>(entries().size()));
}

void Session::Impl::on(const connection::CommandInfo& c, Sink& out) {
  if (c.names.empty()) return on(connection::CommandAll{}, out);
  out.begin_array(c.names.size());
  for (Text name : c.names) {
    if (auto e = entry_of(name))
      show_info(name_of(*e, name), e->command, e->inside, out);
    else
      out.null_array();
  }
}

void Session::Impl::on(const connection::CommandDocs& c, Sink& out) {
  std::vector<std::pair<Text, Entry>> found;
  if (c.names.empty()) found.assign(entries().begin(), entries().end());
  for (Text name : c.names)
    if (auto e = entry_of(name)) found.emplace_back(name_of(*e, name), *e);
  out.begin_map(found.size());
  for (const auto& [name, e] : found) show_docs(name, e.command, e.inside, out);
}

void Session::Impl::on(const connection::CommandGetKeys& c, Sink& out) {
  std::vector<Text> words = {c.name};
  words.insert(words.end(), c.arguments.begin(), c.arguments.end());
  const Command* named = find_command(words);
  if (named == nullptr) refuse("ERR Invalid command specified");
  if (named->first_key == 0 && !named->movable_keys) refuse("ERR The command has no key arguments");
  auto count = static_cast<int>(words.size());
  if (named->arity >= 0 ? count != named->arity : count < -named->arity)
    refuse("ERR Invalid number of arguments specified for command");
  std::vector<Text> keys = keys_of(*named, words);
  // A script without keys has an empty list of them, and so does one whose number of keys is none.
  if (keys.empty() && named->traits.group != Group::scripting)
    refuse("ERR Invalid arguments specified for command");
  out.begin_array(keys.size());
  for (Text key : keys) out.bulk(key);
}

void Session::Impl::on(const connection::CommandList& c, Sink& out) {
  auto wanted = [&](const Command& row) {
    if (!c.filter) return true;
    if (syntax::same_word(c.filter->kind, "pattern"))
      return glob_match(c.filter->value, row.traits.name, true);
    if (syntax::same_word(c.filter->kind, "module")) return false;
    auto categories = categories_of(row);
    return std::any_of(categories.begin(), categories.end(),
                       [&](Text category) { return syntax::same_word(category.substr(1), c.filter->value); });
  };
  std::vector<Text> names;
  for (const auto& [name, e] : entries()) {
    if (e.command != nullptr ? wanted(*e.command) : !c.filter) names.emplace_back(name);
    for (const Command* sub : e.inside)
      if (c.filter && wanted(*sub)) names.push_back(sub->traits.name);
  }
  out.begin_array(names.size());
  for (Text name : names) out.bulk(name);
}

}  // namespace playhead
