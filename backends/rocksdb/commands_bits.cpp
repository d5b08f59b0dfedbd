#include "backends/embedded/commands/bits.h"
#include "backends/embedded/dispatch.h"
#include "backends/rocksdb/rocks_storage.h"

namespace playhead::embedded {

template const Thunk<rocks::RocksStorage>* thunks_of<rocks::RocksStorage, BitOperations>();

}  // namespace playhead::embedded
