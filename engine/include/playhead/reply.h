#pragma once
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "playhead/text.h"

namespace playhead {

/// Receives one reply, piece by piece. RESP2, RESP3, Lua and Python each are a Sink, so that a reply is built
/// once, in its final form. Containers announce their length and are followed by so many replies (a map and
/// pairs by twice as many).
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void null() = 0;
  virtual void null_array() { null(); }         ///< RESP2 tells an absent array from an absent string
  virtual void boolean(bool b) { integer(b); }  ///< an integer 0 or 1 in RESP
  virtual void integer(std::int64_t n) = 0;
  virtual void real(double x) = 0;  ///< a bulk string in RESP2
  virtual void bulk(Text bytes) = 0;
  virtual void verbatim(Text bytes) { bulk(bytes); }                 ///< text for people (INFO)
  virtual void cursor(std::uint64_t c) { bulk(std::to_string(c)); }  ///< of a scan: a bulk string in RESP
  virtual void status(Text text) = 0;                                ///< "OK", "QUEUED"
  virtual void error(Text text) = 0;                                 ///< "WRONGTYPE Operation ..."
  virtual void begin_array(std::size_t n) = 0;
  virtual void begin_map(std::size_t n) { begin_array(2 * n); }  ///< flat in RESP2
  virtual void begin_set(std::size_t n) { begin_array(n); }
  virtual void begin_pairs(std::size_t n) {
    begin_array(2 * n);
  }  ///< flat in RESP2, an array of arrays of two in RESP3
  virtual void begin_push(std::size_t n) { begin_array(n); }
};

/// A reply of any shape, for callers that do not know the command at compile time (scripts, procedures,
/// RESP).
class Value {
 public:
  enum class Kind : std::uint8_t {
    null,
    null_array,
    boolean,
    integer,
    real,
    bulk,
    verbatim,
    status,
    error,
    array,
    map,
    set,
    pairs,
    push
  };

  Value() = default;
  explicit Value(Kind k) : kind(k) {}
  static Value integer(std::int64_t n);
  static Value boolean(bool b);
  static Value real(double x);
  static Value bulk(Text bytes);
  static Value status(Text text);
  static Value error(Text text);
  static Value array(std::vector<Value> items = {});

  bool is_null() const { return kind == Kind::null || kind == Kind::null_array; }
  bool is_text() const { return kind == Kind::bulk || kind == Kind::status || kind == Kind::verbatim; }
  bool is_list() const { return kind >= Kind::array; }
  bool operator==(const Value&) const = default;

  /// The number meant by an integer, a boolean or a decimal text; throws Error{corrupt} for anything else.
  std::int64_t to_integer() const;
  double to_real() const;
  /// The bytes of a text or a number; throws Error{corrupt} for a list.
  std::string to_string() const;

  Kind kind = Kind::null;
  std::int64_t number = 0;   ///< integer, boolean
  double decimal = 0;        ///< real
  std::string text;          ///< bulk, verbatim, status, error
  std::vector<Value> items;  ///< array, set, push; map and pairs hold key, value, key, value, ...
};

/// Replays a Value into a sink.
void emit(const Value& value, Sink& sink);

/// A Sink that builds a Value.
class ValueSink final : public Sink {
 public:
  /// The finished reply; the sink is empty afterwards.
  Value take();
  void null() override { put(Value{}); }
  void null_array() override { put(Value{Value::Kind::null_array}); }
  void boolean(bool b) override { put(Value::boolean(b)); }
  void integer(std::int64_t n) override { put(Value::integer(n)); }
  void real(double x) override { put(Value::real(x)); }
  void bulk(Text t) override { put(Value::bulk(t)); }
  void verbatim(Text t) override;
  void status(Text t) override { put(Value::status(t)); }
  void error(Text t) override { put(Value::error(t)); }
  void begin_array(std::size_t n) override { open(Value::Kind::array, n); }
  void begin_map(std::size_t n) override { open(Value::Kind::map, 2 * n); }
  void begin_set(std::size_t n) override { open(Value::Kind::set, n); }
  void begin_pairs(std::size_t n) override { open(Value::Kind::pairs, 2 * n); }
  void begin_push(std::size_t n) override { open(Value::Kind::push, n); }

 private:
  struct Level {
    Value value;
    std::size_t left;
  };
  void put(Value v);
  void open(Value::Kind kind, std::size_t n);
  std::vector<Level> levels_;
  Value done_;
};

// ---- typed replies

/// "+OK".
struct Ok {
  bool operator==(const Ok&) const = default;
};

/// A status line other than OK ("none", "string", "PONG").
struct Status {
  std::string text;
  bool operator==(const Status&) const = default;
};

struct ScoredMember {
  std::string member;
  double score = 0;
  bool operator==(const ScoredMember&) const = default;
};

/// The members of a set, in no order.
struct Members {
  std::vector<std::string> items;
  bool operator==(const Members&) const = default;
};

/// Fields and values of a hash, in no order (ordered as stored).
struct Fields {
  std::vector<std::pair<std::string, std::string>> items;
  bool operator==(const Fields&) const = default;
};

/// One page of SCAN, SSCAN (strings), HSCAN (field, value) or ZSCAN (members with scores); cursor 0 is the
/// end.
template <class T>
struct Page {
  std::uint64_t cursor = 0;
  std::vector<T> items;
  bool operator==(const Page&) const = default;
};

// How each reply type is shown to a sink, and how it is read back from a server's reply. Operations whose
// reply depends on their options have emit/decode of their own.
inline void emit(bool r, Sink& s) {
  s.boolean(r);
}
inline void emit(std::int64_t r, Sink& s) {
  s.integer(r);
}
inline void emit(double r, Sink& s) {
  s.real(r);
}
inline void emit(const std::string& r, Sink& s) {
  s.bulk(r);
}
inline void emit(const Ok&, Sink& s) {
  s.status("OK");
}
inline void emit(const Status& r, Sink& s) {
  s.status(r.text);
}
void emit(const Members& r, Sink& s);
void emit(const Fields& r, Sink& s);
void emit(const ScoredMember& r, Sink& s);               ///< [member, score]
void emit(const std::vector<ScoredMember>& r, Sink& s);  ///< pairs
void emit(const Page<std::string>& r, Sink& s);
void emit(const Page<ScoredMember>& r, Sink& s);
void emit(const Page<std::pair<std::string, std::string>>& r, Sink& s);

template <class T>
void emit(const std::optional<T>& r, Sink& s) {
  if (r)
    emit(*r, s);
  else
    s.null();
}
template <class T>
void emit(const std::optional<std::vector<T>>& r, Sink& s) {
  if (r)
    emit(*r, s);
  else
    s.null_array();
}
template <class T>
void emit(const std::vector<T>& r, Sink& s) {
  s.begin_array(r.size());
  for (const T& x : r) emit(x, s);
}

void decode(const Value& v, bool& r);
void decode(const Value& v, std::int64_t& r);
void decode(const Value& v, double& r);
void decode(const Value& v, std::string& r);
void decode(const Value& v, Ok& r);
void decode(const Value& v, Status& r);
void decode(const Value& v, Members& r);
void decode(const Value& v, Fields& r);
void decode(const Value& v, ScoredMember& r);
void decode(const Value& v, std::vector<ScoredMember>& r);
void decode(const Value& v, Page<std::string>& r);
void decode(const Value& v, Page<ScoredMember>& r);
void decode(const Value& v, Page<std::pair<std::string, std::string>>& r);
inline void decode(const Value& v, Value& r) {
  r = v;
}

template <class T>
void decode(const Value& v, std::vector<T>& r);
template <class T>
void decode(const Value& v, std::optional<T>& r) {
  if (v.is_null())
    r.reset();
  else
    decode(v, r.emplace());
}
/// Throws Error{corrupt} unless `v` is a list; gives its items.
const std::vector<Value>& list_of(const Value& v);
template <class T>
void decode(const Value& v, std::vector<T>& r) {
  r.clear();
  for (const Value& x : list_of(v)) decode(x, r.emplace_back());
}

}  // namespace playhead
