#include "backends/embedded/commands/hashes.h"
#include "backends/embedded/dispatch.h"
#include "backends/memory/memory_storage.h"

namespace playhead::embedded {

template const Thunk<memory::MemoryStorage>* thunks_of<memory::MemoryStorage, HashOperations>();

}  // namespace playhead::embedded
