#pragma once
#include <map>
#include <string>

#include "playhead/text.h"

namespace playhead {

/// The parts of scheme://[user[:password]@]host[:port]/path?name=value&..., percent-decoded.
struct Url {
  std::string scheme, user, password, host, path;
  bool has_user = false;  ///< there is an '@', whatever stands before it
  int port = 0;           ///< 0: not given
  std::map<std::string, std::string> query;

  /// Throws Error{invalid}, also for NUL bytes and for a parameter that is given twice.
  static Url parse(Text text);
  /// Takes a parameter out of the query.
  std::optional<std::string> take(const std::string& name);
  /// The same as a number within [min, max]; throws Error{invalid}.
  std::int64_t take_number(const std::string& name, std::int64_t usual, std::int64_t min, std::int64_t max);
  /// Throws Error{invalid} if parameters are left that nobody took.
  void finish() const;
  /// Throws Error{invalid} if there is a user, a password or a port.
  void refuse_credentials_and_port() const;
};

/// The directory that a rocksdb:// URL names. Throws Error{invalid} if it names none.
const std::string& rocksdb_directory(const Url& url);
/// Throws Error{invalid}: there are no such stores.
[[noreturn]] void refuse_scheme(const Url& url);
/// Throws Error{unsupported}: such stores were left out when Playhead was built without the CMake `option`.
[[noreturn]] void refuse_left_out(Text store, Text option);

}  // namespace playhead
