#include "backends/embedded/commands/keyspace.h"
#include "backends/embedded/commands/sort.h"
#include "backends/embedded/dispatch.h"
#include "backends/memory/memory_storage.h"

namespace playhead::embedded {

template const Thunk<memory::MemoryStorage>* thunks_of<memory::MemoryStorage, KeyspaceOperations>();

}  // namespace playhead::embedded
