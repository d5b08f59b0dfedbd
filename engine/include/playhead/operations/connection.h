#pragma once
// Commands that concern a client's connection, or the engine itself: a Session performs them, stores never
// see them. Their replies are told in Redis's pages only, since they have no typed form.
#include "playhead/operations/operation.h"

namespace playhead::connection {

/// Refuses a name that CLIENT SETNAME cannot take.
void check_client_name(const Text& name);

/// Base of operations whose reply has no typed form.
struct Untyped {
  using Reply = Value;
};
/// Base of those that have no arguments either.
struct Plain : Untyped {
  template <class O, class V>
  static void describe(O&, V&) {}
};

// ---- the connection

/// AUTH: a session has the default user only, who has no password. https://redis.io/commands/auth
struct Auth : Untyped {
  static constexpr Traits traits{"auth", Flags::connection | Flags::noscript | Flags::fast, Group::connection,
                                 "Authenticates the connection."};
  Text first;  ///< the user, or the password if it is the only argument
  std::optional<Text> password;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("username", o.first);
    v.optional("password", o.password);
  }
};

/// A user's name and password.
struct Credentials {
  Text user, password;
  static constexpr int arity = 2;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("username", o.user);
    v.arg("password", o.password);
  }
};

/// HELLO: what the other side is; chooses the protocol of replies, 2 or 3. https://redis.io/commands/hello
struct Hello : Untyped {
  static constexpr Traits traits{"hello", Flags::connection | Flags::noscript | Flags::fast,
                                 Group::connection, "Chooses the protocol of replies."};
  std::optional<std::int64_t> protocol;
  std::optional<Credentials> auth;
  std::optional<Text> name;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.optional("protover", o.protocol, "ERR Protocol version is not an integer or out of range");
    if (o.protocol && *o.protocol != 2 && *o.protocol != 3) refuse("NOPROTO unsupported protocol version");
    v.options(option("AUTH", "username password", o.auth),
              checked(option("SETNAME", "clientname", o.name), check_client_name));
    if constexpr (std::is_same_v<V, Reader>)
      if (v.left() > 0) refuse("ERR Syntax error in HELLO option '" + std::string(v.peek()) + "'");
  }
};

/// PING: PONG, or the message. https://redis.io/commands/ping
struct Ping : Untyped {
  static constexpr Traits traits{"ping", Flags::connection | Flags::fast, Group::connection,
                                 "Answers PONG, or the message."};
  std::optional<Text> message;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.at_most(1);
    v.optional("message", o.message);
  }
};

/// ECHO: the message. https://redis.io/commands/echo
struct Echo : Untyped {
  static constexpr Traits traits{"echo", Flags::connection | Flags::fast, Group::connection,
                                 "Answers the message."};
  Text message;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("message", o.message);
  }
};

/// SELECT: the database of the commands that follow. https://redis.io/commands/select
struct Select : Untyped {
  static constexpr Traits traits{"select", Flags::connection | Flags::fast, Group::connection,
                                 "Changes the database."};
  std::int64_t index = 0;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("index", o.index);
  }
};

/// QUIT: the end of the connection. https://redis.io/commands/quit
struct Quit : Untyped {
  static constexpr Traits traits{"quit", Flags::connection | Flags::noscript | Flags::fast, Group::connection,
                                 "Ends the connection."};
  List<Text> ignored;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.some("ignored", o.ignored);
  }
};

/// RESET: the connection as it was at first. https://redis.io/commands/reset
struct Reset : Plain {
  static constexpr Traits traits{"reset", Flags::connection | Flags::noscript | Flags::fast,
                                 Group::connection, "Makes the connection as it was at first."};
};

/// CLIENT ID: a number that no other session of the process has had. https://redis.io/commands/client-id
struct ClientId : Plain {
  static constexpr Traits traits{"client|id", Flags::connection | Flags::noscript, Group::connection,
                                 "The connection's number."};
};
/// CLIENT GETNAME. https://redis.io/commands/client-getname
struct ClientGetName : Plain {
  static constexpr Traits traits{"client|getname", Flags::connection | Flags::noscript, Group::connection,
                                 "The connection's name."};
};
/// CLIENT SETNAME. https://redis.io/commands/client-setname
struct ClientSetName : Untyped {
  static constexpr Traits traits{"client|setname", Flags::connection | Flags::noscript, Group::connection,
                                 "Names the connection."};
  Text name;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("connection-name", o.name);
  }
};
/// CLIENT INFO: this connection in the form of CLIENT LIST. https://redis.io/commands/client-info
struct ClientInfo : Plain {
  static constexpr Traits traits{"client|info", Flags::connection | Flags::noscript, Group::connection,
                                 "What is known of the connection."};
};

// ---- transactions

/// MULTI: the commands that follow are queued. https://redis.io/commands/multi
struct Multi : Plain {
  static constexpr Traits traits{"multi", Flags::connection | Flags::noscript | Flags::fast,
                                 Group::transactions, "Begins a transaction."};
};
/// EXEC: runs the queued commands as one unit; nothing (a null array) if a watched key has changed.
/// https://redis.io/commands/exec
struct Exec : Plain {
  static constexpr Traits traits{"exec", Flags::connection | Flags::noscript, Group::transactions,
                                 "Runs a transaction."};
};
/// DISCARD: drops the queued commands. https://redis.io/commands/discard
struct Discard : Plain {
  static constexpr Traits traits{"discard", Flags::connection | Flags::noscript | Flags::fast,
                                 Group::transactions, "Drops a transaction."};
};
/// WATCH: if one of the keys changes before EXEC, that runs nothing. https://redis.io/commands/watch
struct Watch : Untyped {
  static constexpr Traits traits{"watch", Flags::connection | Flags::noscript | Flags::fast,
                                 Group::transactions, "Watches keys until the next EXEC."};
  List<Text> keys;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.keys("key", o.keys);
  }
};
/// UNWATCH: forgets the watched keys. https://redis.io/commands/unwatch
struct Unwatch : Plain {
  static constexpr Traits traits{"unwatch", Flags::connection | Flags::noscript | Flags::fast,
                                 Group::transactions, "Forgets the watched keys."};
};

// ---- subscriptions: the confirmations come where the messages do. Not allowed between MULTI and EXEC, whose
// reply could not hold them ------

/// SUBSCRIBE and its sisters. https://redis.io/commands/subscribe
struct SubscribeBase : Untyped {
  static constexpr Flags flags = Flags::connection | Flags::pubsub | Flags::noscript | Flags::no_multi;
  List<Text> names;
};
struct Subscribe : SubscribeBase {
  static constexpr Traits traits{"subscribe", flags, Group::pubsub, "Subscribes to channels."};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.args("channel", o.names);
  }
};
struct PSubscribe : SubscribeBase {
  static constexpr Traits traits{"psubscribe", flags, Group::pubsub,
                                 "Subscribes to the channels that match patterns."};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.args("pattern", o.names);
  }
};
struct Unsubscribe : SubscribeBase {
  static constexpr Traits traits{"unsubscribe", flags, Group::pubsub,
                                 "Ends subscriptions to channels, or to all."};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.some("channel", o.names);
  }
};
struct PUnsubscribe : SubscribeBase {
  static constexpr Traits traits{"punsubscribe", flags, Group::pubsub,
                                 "Ends subscriptions to patterns, or to all."};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.some("pattern", o.names);
  }
};

// ---- the command table

/// COMMAND: every row of the table. https://redis.io/commands/command
struct CommandAll : Untyped {
  static constexpr Traits traits{"command", Flags::connection, Group::connection,
                                 "What every command is like."};
  std::optional<Text> subcommand;  ///< never: then it is another operation
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.optional("subcommand", o.subcommand);
  }
};
/// COMMAND COUNT. https://redis.io/commands/command-count
struct CommandCount : Plain {
  static constexpr Traits traits{"command|count", Flags::connection, Group::connection,
                                 "The number of commands."};
};
/// COMMAND INFO and COMMAND DOCS. https://redis.io/commands/command-info
struct CommandNames : Untyped {
  List<Text> names;  ///< none: all
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.some("command-name", o.names);
  }
};
struct CommandInfo : CommandNames {
  static constexpr Traits traits{"command|info", Flags::connection, Group::connection,
                                 "What some commands are like."};
};
struct CommandDocs : CommandNames {
  static constexpr Traits traits{"command|docs", Flags::connection, Group::connection,
                                 "What some commands are for."};
};
/// COMMAND GETKEYS: the keys of a command. https://redis.io/commands/command-getkeys
struct CommandGetKeys : Untyped {
  static constexpr Traits traits{"command|getkeys", Flags::connection, Group::connection,
                                 "The keys of a command."};
  Text name;
  List<Text> arguments;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("command", o.name);
    v.args("arg", o.arguments);
  }
};
/// What COMMAND LIST is restricted to: MODULE, ACLCAT or PATTERN, and its value.
struct CommandFilter {
  Text kind, value;
  static constexpr int arity = 2;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("kind", o.kind);
    v.arg("value", o.value);
  }
};
/// COMMAND LIST: the names of all commands, or of some. https://redis.io/commands/command-list
struct CommandList : Untyped {
  static constexpr Traits traits{"command|list", Flags::connection, Group::connection,
                                 "The names of commands."};
  std::optional<CommandFilter> filter;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.options(single(option("FILTERBY", "MODULE name|ACLCAT category|PATTERN pattern", o.filter)));
  }
  void validate() const;
};

// ---- the engine

/// INFO: text for people and monitors, by section. https://redis.io/commands/info
struct Info : Untyped {
  static constexpr Traits traits{"info", Flags::connection, Group::server, "What the engine is doing."};
  List<Text> sections;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.some("section", o.sections);
  }
};
/// SLOWLOG GET: the last slow calls, the newest first: 10 of them, or so many, or all (-1).
/// https://redis.io/commands/slowlog-get
struct SlowLogGet : Untyped {
  static constexpr Text wrong_count = "ERR count should be greater than or equal to -1";
  static constexpr Traits traits{"slowlog|get", Flags::connection | Flags::admin, Group::server,
                                 "The last slow calls."};
  std::optional<std::int64_t> count;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.at_most(1, "ERR unknown subcommand or wrong number of arguments for 'GET'. Try SLOWLOG HELP.");
    v.optional("count", o.count, wrong_count);
  }
  void validate() const;
};
/// SLOWLOG LEN. https://redis.io/commands/slowlog-len
struct SlowLogLen : Plain {
  static constexpr Traits traits{"slowlog|len", Flags::connection | Flags::admin, Group::server,
                                 "How many slow calls are kept."};
};
/// SLOWLOG RESET. https://redis.io/commands/slowlog-reset
struct SlowLogReset : Plain {
  static constexpr Traits traits{"slowlog|reset", Flags::connection | Flags::admin, Group::server,
                                 "Forgets the slow calls."};
};
/// LATENCY HISTOGRAM: cumulative counts of calls by latency in powers of two microseconds.
/// https://redis.io/commands/latency-histogram
struct LatencyHistogram : CommandNames {
  static constexpr Traits traits{"latency|histogram", Flags::connection | Flags::admin | Flags::noscript,
                                 Group::server, "How long calls of commands take."};
};

}  // namespace playhead::connection

namespace playhead {

using ConnectionOperations =
    Operations<connection::Auth, connection::Hello, connection::Ping, connection::Echo, connection::Select,
               connection::Quit, connection::Reset, connection::ClientId, connection::ClientGetName,
               connection::ClientSetName, connection::ClientInfo, connection::Multi, connection::Exec,
               connection::Discard, connection::Watch, connection::Unwatch, connection::Subscribe,
               connection::PSubscribe, connection::Unsubscribe, connection::PUnsubscribe,
               connection::CommandAll, connection::CommandCount, connection::CommandInfo,
               connection::CommandDocs, connection::CommandGetKeys, connection::CommandList, connection::Info,
               connection::SlowLogGet, connection::SlowLogLen, connection::SlowLogReset,
               connection::LatencyHistogram>;

}  // namespace playhead
