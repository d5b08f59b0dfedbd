#pragma once
// What Python needs to know of a command's arguments and reply, read from its description (syntax.h) by the
// same rules as Arguments. The stubs are made from it (bindings/stubs.py).
#include <string>
#include <type_traits>
#include <vector>

#include "playhead/operations.h"

namespace playhead::python {

/// How a parameter is given.
///   argument  positional or by its name
///   list      positional arguments, or one list of them, or a list by its name + "s"; `type` is of each
///   keys      one list of keys, or a single key, positional or as `keys`
///   groups    positional arguments in groups, or a mapping first or as `mapping`; `type` has the types of a
///   group, those of a mapping's
///             item, in the order of the mapping
///   steps     positional arguments in groups of different lengths
///   option    by its name only
struct Parameter {
  std::string name, kind, type;
  bool required = false;
};

/// Types: text, int, cursor, float, score, lex, timeout, position, flag, limit, "list TYPE", "words A|B".
struct Signature {
  std::string family;  ///< the name of the Python class
  std::vector<Parameter> parameters;
  std::string reply;  ///< a Python type, R standing for bytes or str; empty if it depends on the options
};

/// Of an operation, by its code. Thread-safe.
const Signature& signature_of(std::uint16_t code);

}  // namespace playhead::python
