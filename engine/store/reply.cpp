#include "playhead/reply.h"

#include "engine/store/cursor.h"
#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead {

namespace {

[[noreturn]] void unexpected(Text wanted) {
  throw Error(ErrorCode::corrupt, "the server's reply is not " + std::string(wanted));
}

Value text_value(Value::Kind kind, Text bytes) {
  Value v(kind);
  v.text = std::string(bytes);
  return v;
}

}  // namespace

Value Value::integer(std::int64_t n) {
  Value v(Kind::integer);
  v.number = n;
  return v;
}
Value Value::boolean(bool b) {
  Value v(Kind::boolean);
  v.number = b;
  return v;
}
Value Value::real(double x) {
  Value v(Kind::real);
  v.decimal = x;
  return v;
}
Value Value::bulk(Text bytes) {
  return text_value(Kind::bulk, bytes);
}
Value Value::status(Text text) {
  return text_value(Kind::status, text);
}
Value Value::error(Text text) {
  return text_value(Kind::error, text);
}
Value Value::array(std::vector<Value> items) {
  Value v(Kind::array);
  v.items = std::move(items);
  return v;
}

std::int64_t Value::to_integer() const {
  if (kind == Kind::integer || kind == Kind::boolean) return number;
  std::int64_t n = 0;
  if (is_text() && parse_int64(text, n)) return n;
  unexpected("an integer");
}

double Value::to_real() const {
  if (kind == Kind::real) return decimal;
  if (kind == Kind::integer) return static_cast<double>(number);
  double x = 0;
  if (is_text() && parse_double(text, x)) return x;
  unexpected("a number");
}

std::string Value::to_string() const {
  char buffer[40];
  switch (kind) {
    case Kind::bulk:
    case Kind::verbatim:
    case Kind::status:
    case Kind::error:
      return text;
    case Kind::integer:
    case Kind::boolean:
      return std::to_string(number);
    case Kind::real:
      return std::string(format_double(decimal, buffer));
    default:
      unexpected("a string");
  }
}

void emit(const Value& v, Sink& s) {
  switch (v.kind) {
    case Value::Kind::null:
      return s.null();
    case Value::Kind::null_array:
      return s.null_array();
    case Value::Kind::boolean:
      return s.boolean(v.number != 0);
    case Value::Kind::integer:
      return s.integer(v.number);
    case Value::Kind::real:
      return s.real(v.decimal);
    case Value::Kind::bulk:
      return s.bulk(v.text);
    case Value::Kind::verbatim:
      return s.verbatim(v.text);
    case Value::Kind::status:
      return s.status(v.text);
    case Value::Kind::error:
      return s.error(v.text);
    case Value::Kind::array:
      s.begin_array(v.items.size());
      break;
    case Value::Kind::map:
      s.begin_map(v.items.size() / 2);
      break;
    case Value::Kind::set:
      s.begin_set(v.items.size());
      break;
    case Value::Kind::pairs:
      s.begin_pairs(v.items.size() / 2);
      break;
    case Value::Kind::push:
      s.begin_push(v.items.size());
      break;
  }
  for (const Value& item : v.items) emit(item, s);
}

Value ValueSink::take() {
  Value v = std::move(done_);
  done_ = {};
  levels_.clear();
  return v;
}

void ValueSink::verbatim(Text t) {
  put(text_value(Value::Kind::verbatim, t));
}

void ValueSink::open(Value::Kind kind, std::size_t n) {
  Value v(kind);
  v.items.reserve(n);
  if (n == 0) return put(std::move(v));
  levels_.push_back({std::move(v), n});
}

void ValueSink::put(Value v) {
  while (!levels_.empty()) {
    Level& top = levels_.back();
    top.value.items.push_back(std::move(v));
    if (--top.left > 0) return;
    v = std::move(top.value);
    levels_.pop_back();
  }
  done_ = std::move(v);
}

void emit(const Members& r, Sink& s) {
  s.begin_set(r.items.size());
  for (const std::string& m : r.items) s.bulk(m);
}

void emit(const Fields& r, Sink& s) {
  s.begin_map(r.items.size());
  for (const auto& [field, value] : r.items) {
    s.bulk(field);
    s.bulk(value);
  }
}

void emit(const ScoredMember& r, Sink& s) {
  s.begin_array(2);
  s.bulk(r.member);
  s.real(r.score);
}

void emit(const std::vector<ScoredMember>& r, Sink& s) {
  s.begin_pairs(r.size());
  for (const ScoredMember& m : r) {
    s.bulk(m.member);
    s.real(m.score);
  }
}

namespace {
void begin_page(std::uint64_t cursor, std::size_t n, Sink& s) {
  s.begin_array(2);
  s.cursor(cursor);
  s.begin_array(n);
}
template <class T>
const std::vector<Value>& decode_page(const Value& v, Page<T>& r) {
  const auto& parts = list_of(v);
  if (parts.size() != 2 || !parse_cursor(parts[0].to_string(), r.cursor)) unexpected("a cursor and a page");
  r.items.clear();
  return list_of(parts[1]);
}
}  // namespace

void emit(const Page<std::string>& r, Sink& s) {
  begin_page(r.cursor, r.items.size(), s);
  for (const std::string& x : r.items) s.bulk(x);
}

void emit(const Page<ScoredMember>& r, Sink& s) {
  begin_page(r.cursor, 2 * r.items.size(), s);
  for (const ScoredMember& m : r.items) {
    s.bulk(m.member);
    char buffer[40];
    s.bulk(format_double(m.score, buffer));
  }
}

void emit(const Page<std::pair<std::string, std::string>>& r, Sink& s) {
  begin_page(r.cursor, 2 * r.items.size(), s);
  for (const auto& [field, value] : r.items) {
    s.bulk(field);
    s.bulk(value);
  }
}

const std::vector<Value>& list_of(const Value& v) {
  if (v.kind == Value::Kind::null_array || v.kind == Value::Kind::null) {
    static const std::vector<Value> none;
    return none;
  }
  if (!v.is_list()) unexpected("a list");
  return v.items;
}

void decode(const Value& v, bool& r) {
  if (v.kind == Value::Kind::status)
    r = v.text == "OK";
  else
    r = !v.is_null() && v.to_integer() != 0;
}
void decode(const Value& v, std::int64_t& r) {
  r = v.to_integer();
}
void decode(const Value& v, double& r) {
  r = v.to_real();
}
void decode(const Value& v, std::string& r) {
  r = v.to_string();
}
void decode(const Value& v, Ok&) {
  if (v.kind != Value::Kind::status) unexpected("OK");
}
void decode(const Value& v, Status& r) {
  r.text = v.to_string();
}
void decode(const Value& v, Members& r) {
  decode(v, r.items);
}

void decode(const Value& v, Fields& r) {
  r.items.clear();
  const auto& list = list_of(v);
  if (list.size() % 2 != 0) unexpected("fields and values");
  for (std::size_t i = 0; i < list.size(); i += 2)
    r.items.emplace_back(list[i].to_string(), list[i + 1].to_string());
}

void decode(const Value& v, ScoredMember& r) {
  const auto& list = list_of(v);
  if (list.size() != 2) unexpected("a member and its score");
  r = {list[0].to_string(), list[1].to_real()};
}

// Flat in RESP2, pairs in RESP3.
void decode(const Value& v, std::vector<ScoredMember>& r) {
  r.clear();
  const auto& list = list_of(v);
  if (!list.empty() && list[0].is_list()) {
    for (const Value& pair : list) decode(pair, r.emplace_back());
    return;
  }
  if (list.size() % 2 != 0) unexpected("members and scores");
  for (std::size_t i = 0; i < list.size(); i += 2) r.push_back({list[i].to_string(), list[i + 1].to_real()});
}

void decode(const Value& v, Page<std::string>& r) {
  for (const Value& x : decode_page(v, r)) r.items.push_back(x.to_string());
}

void decode(const Value& v, Page<ScoredMember>& r) {
  const auto& list = decode_page(v, r);
  for (std::size_t i = 0; i + 1 < list.size(); i += 2)
    r.items.push_back({list[i].to_string(), list[i + 1].to_real()});
}

void decode(const Value& v, Page<std::pair<std::string, std::string>>& r) {
  const auto& list = decode_page(v, r);
  for (std::size_t i = 0; i + 1 < list.size(); i += 2)
    r.items.emplace_back(list[i].to_string(), list[i + 1].to_string());
}

}  // namespace playhead
