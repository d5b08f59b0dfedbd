#pragma once
#include <stdexcept>
#include <string>

#include "playhead/text.h"

namespace playhead {

/// What kind of failure an Error is. Few on purpose: a caller reacts to the kind, a person reads the message.
enum class ErrorCode : std::uint8_t {
  command,   ///< the command was refused; message() is Redis's own error text ("WRONGTYPE Operation against
             ///< ...")
  invalid,   ///< an argument outside what the API accepts (URL, option, size)
  conflict,  ///< an optimistic transaction lost against another writer; run it again
  timeout,   ///< a deadline passed before the answer arrived; nothing was changed
  unknown,   ///< a write was sent and its fate is not known; it may or may not have happened
  unavailable,  ///< the store can not be reached, is full, or is read-only for now; nothing was changed
  unsupported,  ///< this store can not do that; see Capabilities
  corrupt,      ///< stored bytes contradict their format or checksum
  closed,       ///< the store was closed, or is used in a forked child
};

/// The lower-case name of a code ("command", "conflict", ...).
Text name_of(ErrorCode code);

/// The one root of everything Playhead throws.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }
  /// The message, without allocation.
  Text message() const noexcept { return what(); }

 private:
  ErrorCode code_;
};

/// Throws Error{command, text}: a refusal in Redis's own words, its first word being the error prefix ("ERR",
/// "WRONGTYPE").
[[noreturn]] void refuse(Text text);

}  // namespace playhead
