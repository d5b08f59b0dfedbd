#include "backends/embedded/commands/sets.h"
#include "backends/embedded/dispatch.h"
#include "backends/rocksdb/rocks_storage.h"

namespace playhead::embedded {

template const Thunk<rocks::RocksStorage>* thunks_of<rocks::RocksStorage, SetOperations>();

}  // namespace playhead::embedded
