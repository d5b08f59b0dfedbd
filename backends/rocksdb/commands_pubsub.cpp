#include "backends/embedded/commands/pubsub.h"
#include "backends/embedded/dispatch.h"
#include "backends/rocksdb/rocks_storage.h"

namespace playhead::embedded {

template const Thunk<rocks::RocksStorage>* thunks_of<rocks::RocksStorage, PubSubOperations>();

}  // namespace playhead::embedded
