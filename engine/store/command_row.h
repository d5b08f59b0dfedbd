#pragma once
// Makes the rows of the command table from operation types. Each family's rows are made in a translation unit
// of their own.
#include "playhead/operations.h"

namespace playhead {

template <class Op>
struct RowFunctions {
  using Reply = typename Op::Reply;
  static const Op& op(const void* p) { return *static_cast<const Op*>(p); }

  static void* make_operation(Arena& arena) { return new (arena.allocate(sizeof(Op), alignof(Op))) Op{}; }
  static void copy(const void* from, void* to) { *static_cast<Op*>(to) = op(from); }
  static void parse(List<Text> arguments, Arena& arena, void* operation) {
    Reader reader(arguments, arena, Op::traits.name);
    Op::describe(*static_cast<Op*>(operation), reader);
    reader.end();
    validate(op(operation));
  }
  static void encode(const void* operation, std::vector<Text>& out, Arena& arena) {
    Writer writer(out, arena);
    Text name = Op::traits.name;
    std::size_t bar = name.find('|');
    writer.word(name.substr(0, bar));
    if (bar != Text::npos) writer.word(name.substr(bar + 1));
    Op::describe(op(operation), writer);
  }
  static void check(const void* operation) { playhead::validate(op(operation)); }
  static void own(void* operation, Arena& arena) {
    Copier copier(arena);
    Op::describe(*static_cast<Op*>(operation), copier);
  }
  static void make_reply(void* at) { new (at) Reply{}; }
  static void destroy_reply(void* at) { static_cast<Reply*>(at)->~Reply(); }
  static void emit(const void* operation, const void* reply, Sink& sink) {
    emit_reply(op(operation), *static_cast<const Reply*>(reply), sink);
  }
  static void decode(const void* operation, const Value& v, void* reply) {
    Reply& r = *static_cast<Reply*>(reply);
    if constexpr (requires { op(operation).decode(v, r); })
      op(operation).decode(v, r);
    else
      playhead::decode(v, r);
  }
  static void list_keys(const void* operation, void* context, void (*each)(void*, Text)) {
    auto f = [&](Text key) { each(context, key); };
    KeyLister<decltype(f)> lister(f);
    Op copy = op(operation);
    Op::describe(copy, lister);
  }
  static bool every_key(const void* operation) {
    if constexpr (requires { op(operation).touches_every_key(); })
      return op(operation).touches_every_key();
    else
      return has(Op::traits.flags, Flags::every_key);
  }
  static Millis timeout(const void* operation) {
    if constexpr (has(Op::traits.flags, Flags::blocking))
      return op(operation).timeout.ms;
    else
      return 0;
  }
};

template <class Op>
Command make_row() {
  static_assert(std::is_trivially_destructible_v<Op> && std::is_copy_constructible_v<Op>);
  using F = RowFunctions<Op>;
  Op op{};
  Inspector inspector;
  std::size_t bar = Op::traits.name.find('|');
  if (bar != Text::npos) inspector.arity = 2;
  Op::describe(op, inspector);
  Command c;
  c.traits = Op::traits;
  c.code = code_of<Op>;
  c.arity = inspector.signed_arity();
  c.first_key = inspector.first_key;
  c.last_key = inspector.last_key;
  c.key_step = inspector.key_step;
  c.movable_keys = inspector.movable_keys;
  c.syntax = syntax::upper_case(Op::traits.name);
  if (bar != Text::npos) c.syntax[bar] = ' ';
  if (!inspector.text.empty()) c.syntax += (inspector.text.front() == ' ' ? "" : " ") + inspector.text;
  c.operation_size = sizeof(Op);
  c.reply_size = sizeof(typename Op::Reply);
  c.make_operation = F::make_operation;
  c.copy_operation = F::copy;
  c.parse = F::parse;
  c.encode = F::encode;
  c.validate = F::check;
  c.own = F::own;
  c.make_reply = F::make_reply;
  c.destroy_reply = F::destroy_reply;
  c.emit = F::emit;
  c.decode = F::decode;
  c.list_keys = F::list_keys;
  c.touches_every_key = F::every_key;
  c.timeout = F::timeout;
  return c;
}

template <class... Ops>
void add_rows(Operations<Ops...>, std::vector<Command>& rows) {
  (rows.push_back(make_row<Ops>()), ...);
}

// One per family, in the order of AllOperations.
void add_keyspace_rows(std::vector<Command>& rows);
void add_string_rows(std::vector<Command>& rows);
void add_bit_rows(std::vector<Command>& rows);
void add_hash_rows(std::vector<Command>& rows);
void add_list_rows(std::vector<Command>& rows);
void add_set_rows(std::vector<Command>& rows);
void add_zset_rows(std::vector<Command>& rows);
void add_hyperloglog_rows(std::vector<Command>& rows);
void add_pubsub_rows(std::vector<Command>& rows);
void add_scripting_rows(std::vector<Command>& rows);
void add_connection_rows(std::vector<Command>& rows);

}  // namespace playhead
