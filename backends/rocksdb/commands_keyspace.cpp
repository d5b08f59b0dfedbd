#include "backends/embedded/commands/keyspace.h"
#include "backends/embedded/commands/sort.h"
#include "backends/embedded/dispatch.h"
#include "backends/rocksdb/rocks_storage.h"

namespace playhead::embedded {

template const Thunk<rocks::RocksStorage>* thunks_of<rocks::RocksStorage, KeyspaceOperations>();

}  // namespace playhead::embedded
