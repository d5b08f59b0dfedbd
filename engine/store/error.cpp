#include "playhead/error.h"

namespace playhead {

Text name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::command:
      return "command";
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::unknown:
      return "unknown";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::closed:
      return "closed";
  }
  return "command";
}

void refuse(Text text) {
  throw Error(ErrorCode::command, std::string(text));
}

}  // namespace playhead
