#include "backends/redis/failure.h"

namespace playhead::redis {

Error error_of(const Failure& f, bool readonly) {
  if (f.sent && !readonly)
    return {ErrorCode::unknown, f.what + "; the command was sent and may or may not have been executed"};
  switch (f.kind) {
    case Failure::Kind::broken:
      return {ErrorCode::unavailable, f.what};
    case Failure::Kind::timeout:
      return {ErrorCode::timeout, f.what};
    case Failure::Kind::malformed:
      return {ErrorCode::corrupt, f.what};
    case Failure::Kind::too_large:
      return {ErrorCode::invalid, f.what};
  }
  return {ErrorCode::unavailable, f.what};
}

bool is_failover(Text error) {
  return error.starts_with("READONLY ") || error.starts_with("LOADING ") || error.starts_with("MASTERDOWN ");
}

Error refusal(Text error) {
  return {is_failover(error) ? ErrorCode::unavailable : ErrorCode::command, std::string(error)};
}

}  // namespace playhead::redis
