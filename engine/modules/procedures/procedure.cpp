#include "playhead/modules/procedure.h"

#include "engine/store/numbers.h"
#include "playhead/error.h"
#include "playhead/modules/namespace.h"

namespace playhead {

ArgumentWriter& ArgumentWriter::integer(std::int64_t n) {
  auto* buffer = static_cast<char*>(numbers_.allocate(int64_text_size, 1));
  return text(format_int64(n, buffer));
}

ArgumentWriter& ArgumentWriter::real(double x) {
  char buffer[double_text_size];
  return text(numbers_.copy(format_double(x, buffer)));
}

ArgumentWriter& ArgumentWriter::text(Text bytes) {
  texts_.push_back(bytes);
  return *this;
}

Text ArgumentReader::text() {
  if (at_ == args_.size()) throw Error(ErrorCode::invalid, "a procedure was given too few arguments");
  return args_[at_++];
}

std::int64_t ArgumentReader::integer() {
  std::int64_t n = 0;
  if (!parse_int64(text(), n))
    throw Error(ErrorCode::invalid, "an argument of a procedure is not an integer");
  return n;
}

double ArgumentReader::real() {
  double x = 0;
  if (!parse_double(text(), x)) throw Error(ErrorCode::invalid, "an argument of a procedure is not a number");
  return x;
}

Millis read_time(Unit& unit, ArgumentReader& args) {
  Millis given = args.integer();
  return given != 0 ? given : unit.now();
}

Namespace::Namespace(std::shared_ptr<Store> store, std::optional<std::uint16_t> db, Text prefix,
                     std::shared_ptr<const Clock> clock)
    : store_(std::move(store)), keys_(prefix), clock_(std::move(clock)) {
  if (!store_) throw Error(ErrorCode::invalid, "a module needs a store; open one first");
  db_ = db.value_or(store_->database());
}

void check_range(Text name, std::int64_t n, std::int64_t least, std::int64_t greatest) {
  if (n >= least && n <= greatest) return;
  throw Error(ErrorCode::invalid, std::string(name) + "=" + std::to_string(n) + " is outside " +
                                      std::to_string(least) + ".." + std::to_string(greatest));
}

void check_id(Text name, Text id) {
  if (!id.empty() && id.size() <= max_segment) return;
  throw Error(ErrorCode::invalid, std::string(name) + " has " + std::to_string(id.size()) +
                                      " bytes; an id has 1 to " + std::to_string(max_segment));
}

}  // namespace playhead
