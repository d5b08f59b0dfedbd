#pragma once
// Random arguments of every kind: mostly sensible ones, from small pools so that commands meet the same keys
// and members, and some that are at the edge or beyond it.
#include <string>

#include "playhead/command.h"
#include "tests/differential/random.h"

namespace playhead::differential {

class Arguments {
 public:
  explicit Arguments(Random& random) : random_(random) {}

  /// In so many of a thousand cases a sensible argument gives way to a weird one.
  void weirdness(std::size_t permille) { weird_ = permille; }
  /// Deadlines ahead: if not, only those in the past and refused ones. Real time goes on in Redis, so a
  /// deadline ahead is far ahead.
  void deadlines(bool allowed) { deadlines_ = allowed; }
  bool deadlines_ahead() const { return deadlines_; }

  std::string key(Group family);
  std::string value();
  std::string member();
  std::string field();
  std::string integer();
  std::string index();
  std::string real();
  std::string increment();
  std::string score_bound();
  std::string lex_bound();
  std::string rank_bound();
  std::string timeout();
  std::string pattern();
  std::string sort_pattern();
  std::string channel();
  std::string database();
  /// Time to live: relative or absolute, in a unit of so many milliseconds.
  std::string deadline(bool absolute, Millis unit);
  /// What DUMP could have given, or damaged.
  std::string payload();
  std::string type_name();
  /// A page's COUNT.
  std::string page_size();
  /// How many to choose at random: never so many with repetition that the reply is huge.
  std::string sample_size();
  std::string bit_offset();
  std::string byte_offset();
  std::string bit_field_type();
  std::string bit_field_offset();
  std::string limit();
  std::string garbage();

  /// How many arguments of a list: mostly few, sometimes beyond what is kept packed.
  std::size_t few();
  std::size_t several_keys() { return 1 + random_.below(random_.below(6) == 0 ? 6 : 3); }

 private:
  bool weird() { return random_.permille(weird_); }
  std::string weird_integer();
  std::string weird_real();

  Random& random_;
  std::size_t weird_ = 15;
  bool deadlines_ = true;
};

}  // namespace playhead::differential
