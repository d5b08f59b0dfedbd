#pragma once
// The command table: one row per operation, from which RESP, scripts, Python, docs, routing and recording
// derive.
#include <memory>

#include "playhead/reply.h"
#include "playhead/syntax.h"
#include "playhead/text.h"

namespace playhead {

/// Redis's command flags (COMMAND INFO), as far as they mean something here.
enum class Flags : std::uint32_t {
  none = 0,
  write = 1 << 0,
  readonly = 1 << 1,
  denyoom = 1 << 2,   ///< refused when the memory limit is reached and nothing can be evicted
  fast = 1 << 3,      ///< O(1) or O(log n)
  blocking = 1 << 4,  ///< may wait when run on its own; see Store::park
  noscript = 1 << 5,  ///< not allowed in scripts
  pubsub = 1 << 6,
  admin = 1 << 7,
  every_key = 1 << 8,  ///< touches keys that it does not name (SCAN, FLUSHALL, RANDOMKEY)
  no_multi = 1 << 9,
  connection = 1 << 10,  ///< meaningful on a Session only (SELECT, MULTI, SUBSCRIBE): stores never see it
};
constexpr Flags operator|(Flags a, Flags b) {
  return Flags(std::uint32_t(a) | std::uint32_t(b));
}
constexpr bool has(Flags set, Flags f) {
  return (std::uint32_t(set) & std::uint32_t(f)) != 0;
}

enum class Group : std::uint8_t {
  keyspace,
  strings,
  bits,
  hashes,
  lists,
  sets,
  zsets,
  hyperloglog,
  pubsub,
  scripting,
  transactions,
  connection,
  server
};

/// What an operation says of itself.
struct Traits {
  Text name;  ///< lower case; a subcommand as "object|encoding"
  Flags flags = Flags::none;
  Group group = Group::keyspace;
  Text summary;
};

/// What a store performs: an operation, where its reply goes, and the database. Borrows everything for the
/// length of the call.
struct Call {
  std::uint16_t code = 0;  ///< index of the operation in the command table
  std::uint16_t db = 0;
  const void* operation = nullptr;
  void* reply = nullptr;
};

/// A row of the command table. The function pointers take an operation of the row's type, or its Reply.
struct Command {
  Traits traits;
  std::uint16_t code = 0;
  int arity = 0;  ///< as in COMMAND INFO
  int first_key = 0, last_key = 0, key_step = 0;
  bool movable_keys = false;
  std::string syntax;  ///< "SET key value [NX] ..."

  std::size_t operation_size = 0, reply_size = 0;
  void* (*make_operation)(Arena&);  ///< an empty one, in the arena
  void (*copy_operation)(const void* from, void* to);
  void (*parse)(List<Text> arguments, Arena&,
                void* operation);  ///< arguments behind the name; Error{command}
  void (*encode)(const void* operation, std::vector<Text>&, Arena&);  ///< the whole command, name first
  void (*validate)(const void* operation);                            ///< Error{command}
  void (*own)(void* operation, Arena&);                               ///< copies what it borrows
  void (*make_reply)(void* at);
  void (*destroy_reply)(void* at);
  void (*emit)(const void* operation, const void* reply, Sink&);
  void (*decode)(const void* operation, const Value&, void* reply);
  void (*list_keys)(const void* operation, void* context, void (*each)(void* context, Text key));
  bool (*touches_every_key)(const void* operation);
  Millis (*timeout)(const void* operation);  ///< how long it may block; 0: for ever, or it never blocks

  bool is(Flags f) const { return has(traits.flags, f); }
};

/// The table, in the order of codes. Built once, thread-safe.
List<Command> commands();
/// The row for an operation's code.
const Command& command(std::uint16_t code);
/// The row for a command's name (case-insensitive), null if there is none. Containers ("object") are found
/// with their subcommand: the arguments tell. Thread-safe, O(1).
const Command* find_command(List<Text> arguments);
/// Refuses a call with too few or too many arguments, in Redis's words.
void check_arity(const Command& c, List<Text> arguments);
/// Refuses a name that find_command does not know, in Redis's words.
[[noreturn]] void refuse_unknown(List<Text> arguments);
/// How many of the arguments are the name: 2 for a subcommand, else 1.
inline std::size_t name_words(const Command& c) {
  return c.traits.name.find('|') == Text::npos ? 1 : 2;
}

/// An operation and its reply that own everything: what batches, transactions, queues and scripts hold.
/// Movable.
class AnyCall {
 public:
  /// Parses a whole command (name first). Throws Error{command}: unknown command, wrong number of arguments,
  /// syntax. With `own` the arguments are copied, otherwise they must outlive the call.
  static AnyCall parse(List<Text> arguments, std::uint16_t db, bool own);
  /// A copy of an operation. Throws Error{command} if it does not validate.
  template <class Op>
  static AnyCall of(const Op& op, std::uint16_t db);  // operations.h

  /// Another call with the same operation and an empty reply.
  AnyCall copy() const;

  AnyCall(AnyCall&&) noexcept = default;
  AnyCall& operator=(AnyCall&&) noexcept = default;
  ~AnyCall();

  const Command& command() const { return *command_; }
  Call call() { return {command_->code, db_, operation_, reply_.get()}; }
  void set_db(std::uint16_t db) { db_ = db; }
  std::uint16_t db() const { return db_; }
  const void* operation() const { return operation_; }
  /// The reply as performed; its type is the operation's Reply.
  template <class Op>
  typename Op::Reply& reply() {
    return *static_cast<typename Op::Reply*>(reply_.get());
  }
  /// Shows the reply, or the error if the call failed.
  void emit(Sink& sink) const;
  /// Refused inside a unit (EXEC, batch): what the caller is told instead of a reply.
  std::optional<std::string> error;

 private:
  explicit AnyCall(const Command& c, std::uint16_t db);
  static AnyCall copy_of(std::uint16_t code, const void* operation, std::uint16_t db);
  struct FreeReply {
    const Command* command = nullptr;
    void operator()(void* p) const;
  };
  const Command* command_ = nullptr;
  std::uint16_t db_ = 0;
  std::unique_ptr<Arena> arena_;
  void* operation_ = nullptr;
  std::unique_ptr<void, FreeReply> reply_;
};

}  // namespace playhead
