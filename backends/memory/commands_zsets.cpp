#include "backends/embedded/commands/zsets.h"
#include "backends/embedded/dispatch.h"
#include "backends/memory/memory_storage.h"

namespace playhead::embedded {

template const Thunk<memory::MemoryStorage>* thunks_of<memory::MemoryStorage, ZsetOperations>();

}  // namespace playhead::embedded
