#include "backends/redis/fork.h"

#include "playhead/error.h"

namespace playhead::redis {

void ForkGuard::refuse() {
  throw Error(ErrorCode::closed,
              "this Redis store was opened before the process was forked; open another one in the child");
}

}  // namespace playhead::redis
