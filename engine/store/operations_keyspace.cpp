#include "playhead/operations/keyspace.h"

#include <algorithm>

namespace playhead {

namespace {
constexpr Text syntax_error = "ERR syntax error";
}

void ExpireBase::validate() const {
  if (nx && (xx || gt || lt)) refuse("ERR NX and XX, GT or LT options at the same time are not compatible");
  if (gt && lt) refuse("ERR GT and LT options at the same time are not compatible");
}

void Copy::check_index(const std::int64_t& db) {
  if (db < 0 && db >= INT32_MIN) refuse("ERR DB index is out of range");
  if (db < INT32_MIN || db > INT32_MAX)
    refuse("ERR value is out of range, value must between -2147483648 and 2147483647");
}

// Whether a database exists is known to the store only, and is told before what is wrong with later
// arguments.
void Copy::read_options(Reader& reader) {
  try {
    while (reader.left() > 0) {
      Text word = reader.next();
      if (syntax::same_word(word, "REPLACE")) {
        replace = true;
      } else if (syntax::same_word(word, "DB") && reader.left() > 0) {
        reader.arg("destination-db", db.emplace());
        check_index(*db);
        highest_db = std::max(highest_db, *db);
      } else {
        refuse(syntax_error);
      }
    }
  } catch (const Error& e) {
    fault.text = reader.arena().copy(e.message());
    while (reader.left() > 0) reader.next();
  }
}

void Scan::validate() const {
  if (count && *count < 1) refuse(syntax_error);
}

void FlushDb::validate() const {
  if (async && sync) refuse(syntax_error);
}

void Restore::check_idletime(const std::int64_t& seconds) {
  if (seconds < 0) refuse("ERR Invalid IDLETIME value, must be >= 0");
}
void Restore::check_freq(const std::int64_t& frequency) {
  if (frequency < 0 || frequency > 255) refuse("ERR Invalid FREQ value, must be >= 0 and <= 255");
}
void Restore::validate() const {
  if (idletime) check_idletime(*idletime);
  if (freq) check_freq(*freq);
  if (idletime && freq) refuse(syntax_error);
}

// BY and GET patterns with a '*' name keys that only the elements tell.
std::optional<Text> SortBase::effective_by(List<Text> given) {
  if (given.empty()) return {};
  for (Text pattern : given)
    if (pattern.find('*') == Text::npos) return pattern;
  return given.back();
}

bool SortBase::touches_every_key() const {
  if (by && by->find('*') != Text::npos) return true;
  for (Text pattern : get)
    if (pattern != "#") return true;
  return false;
}

namespace {
void emit_items(const SortBase::Reply& r, Sink& s) {
  emit(r.items, s);
}
void decode_items(const Value& v, SortBase::Reply& r) {
  decode(v, r.items);
}
}  // namespace

void Sort::emit(const Reply& r, Sink& s) const {
  if (store)
    s.integer(r.stored);
  else
    emit_items(r, s);
}
void Sort::decode(const Value& v, Reply& r) const {
  r = {};
  if (store)
    r.stored = v.to_integer();
  else
    decode_items(v, r);
}
void SortRo::emit(const Reply& r, Sink& s) const {
  emit_items(r, s);
}
void SortRo::decode(const Value& v, Reply& r) const {
  r = {};
  decode_items(v, r);
}

void Time::emit(const Reply& r, Sink& s) const {
  s.begin_array(2);
  s.bulk(std::to_string(r.seconds));
  s.bulk(std::to_string(r.microseconds));
}

void Time::decode(const Value& v, Reply& r) const {
  const auto& items = list_of(v);
  if (items.size() != 2) throw Error(ErrorCode::corrupt, "the server's reply to TIME is not two numbers");
  r = {items[0].to_integer(), items[1].to_integer()};
}

}  // namespace playhead
