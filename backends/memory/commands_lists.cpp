#include "backends/embedded/commands/lists.h"
#include "backends/embedded/dispatch.h"
#include "backends/memory/memory_storage.h"

namespace playhead::embedded {

template const Thunk<memory::MemoryStorage>* thunks_of<memory::MemoryStorage, ListOperations>();

}  // namespace playhead::embedded
