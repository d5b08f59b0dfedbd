#include "backends/embedded/commands/scripting.h"
#include "backends/embedded/dispatch.h"
#include "backends/memory/memory_storage.h"

namespace playhead::embedded {

template const Thunk<memory::MemoryStorage>* thunks_of<memory::MemoryStorage, ScriptingOperations>();

}  // namespace playhead::embedded
