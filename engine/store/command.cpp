#include "playhead/command.h"

#include <algorithm>
#include <unordered_map>

#include "engine/store/command_row.h"

namespace playhead {

namespace {

std::vector<Command> build_table() {
  std::vector<Command> rows;
  rows.reserve(operation_count);
  add_keyspace_rows(rows);
  add_string_rows(rows);
  add_bit_rows(rows);
  add_hash_rows(rows);
  add_list_rows(rows);
  add_set_rows(rows);
  add_zset_rows(rows);
  add_hyperloglog_rows(rows);
  add_pubsub_rows(rows);
  add_scripting_rows(rows);
  add_connection_rows(rows);
  return rows;
}

const std::vector<Command>& table() {
  static const std::vector<Command> rows = build_table();
  return rows;
}

/// What a first word means: a command, a container of subcommands, or (COMMAND) both.
struct Meaning {
  const Command* command = nullptr;
  bool container = false;
};

struct Names {
  std::unordered_map<std::string, Meaning> meanings;
  Names() {
    for (const Command& c : table()) {
      meanings[std::string(c.traits.name)].command = &c;
      if (name_words(c) == 2)
        meanings[std::string(c.traits.name.substr(0, c.traits.name.find('|')))].container = true;
    }
  }
  const Meaning* find(const std::string& name) const {
    auto at = meanings.find(name);
    return at == meanings.end() ? nullptr : &at->second;
  }
};

const Names& names() {
  static const Names n;
  return n;
}

// The start of a text, up to a zero byte: what C's printf makes of "%.*s".
std::string c_text(Text s, std::size_t most) {
  s = s.substr(0, most);
  return std::string(s.substr(0, s.find('\0')));
}

// Redis quotes the start of the command and of its arguments, 128 bytes of each.
std::string unknown_command(List<Text> arguments) {
  std::string text = "ERR unknown command '" + c_text(arguments[0], 128) + "', with args beginning with: ";
  std::string shown;
  for (std::size_t i = 1; i < arguments.size() && shown.size() < 128; ++i)
    shown += "'" + c_text(arguments[i], 128 - shown.size()) + "' ";
  return text + shown;
}

}  // namespace

List<Command> commands() {
  return table();
}
const Command& command(std::uint16_t code) {
  return table()[code];
}

const Command* find_command(List<Text> arguments) {
  if (arguments.empty()) return nullptr;
  std::string name = syntax::lower_case(arguments[0]);
  const Meaning* first = names().find(name);
  if (first == nullptr || name.find('|') != std::string::npos) return nullptr;
  if (!first->container || arguments.size() < 2) return first->command;
  const Meaning* second = names().find(name + '|' + syntax::lower_case(arguments[1]));
  return second == nullptr ? nullptr : second->command;
}

void check_arity(const Command& c, List<Text> arguments) {
  auto n = static_cast<int>(arguments.size());
  if (c.arity >= 0 ? n == c.arity : n >= -c.arity) return;
  refuse("ERR wrong number of arguments for '" + std::string(c.traits.name) + "' command");
}

void refuse_unknown(List<Text> arguments) {
  const Meaning* first = arguments.empty() ? nullptr : names().find(syntax::lower_case(arguments[0]));
  if (first != nullptr && first->container) {
    if (arguments.size() < 2)
      refuse("ERR wrong number of arguments for '" + syntax::lower_case(arguments[0]) + "' command");
    refuse("ERR unknown subcommand '" + c_text(arguments[1], 128) + "'. Try " +
           syntax::upper_case(arguments[0]) + " HELP.");
  }
  refuse(unknown_command(arguments));
}

AnyCall::AnyCall(const Command& c, std::uint16_t db)
    : command_(&c),
      db_(db),
      arena_(std::make_unique<Arena>()),
      reply_(::operator new(c.reply_size), FreeReply{&c}) {
  c.make_reply(reply_.get());
}

AnyCall::~AnyCall() = default;

void AnyCall::FreeReply::operator()(void* p) const {
  command->destroy_reply(p);
  ::operator delete(p);
}

AnyCall AnyCall::parse(List<Text> arguments, std::uint16_t db, bool own) {
  const Command* c = find_command(arguments);
  if (c == nullptr) refuse_unknown(arguments);
  check_arity(*c, arguments);
  AnyCall call(*c, db);
  List<Text> given = arguments;
  if (own) {
    auto copy = call.arena_->array<Text>(arguments.size());
    for (std::size_t i = 0; i < arguments.size(); ++i) copy[i] = call.arena_->copy(arguments[i]);
    given = copy;
  }
  call.operation_ = c->make_operation(*call.arena_);
  c->parse(given.subspan(name_words(*c)), *call.arena_, call.operation_);
  return call;
}

AnyCall AnyCall::copy_of(std::uint16_t code, const void* operation, std::uint16_t db) {
  const Command& c = playhead::command(code);
  c.validate(operation);
  AnyCall call(c, db);
  call.operation_ = c.make_operation(*call.arena_);
  c.copy_operation(operation, call.operation_);
  c.own(call.operation_, *call.arena_);
  return call;
}

AnyCall AnyCall::copy() const {
  return copy_of(command_->code, operation_, db_);
}

void AnyCall::emit(Sink& sink) const {
  if (error)
    sink.error(*error);
  else
    command_->emit(operation_, reply_.get(), sink);
}

}  // namespace playhead
