#include "backends/embedded/commands/zsets.h"
#include "backends/embedded/dispatch.h"
#include "backends/rocksdb/rocks_storage.h"

namespace playhead::embedded {

template const Thunk<rocks::RocksStorage>* thunks_of<rocks::RocksStorage, ZsetOperations>();

}  // namespace playhead::embedded
