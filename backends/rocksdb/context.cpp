#include "backends/rocksdb/context.h"

#include "backends/rocksdb/gate.h"

namespace playhead::rocks {
namespace {
constexpr std::size_t kept_batch_bytes = 1 << 20, kept_metas = 64, kept_buffer_bytes = 64 << 10,
                      kept_pins = 64;
}

void Context::clear() {
  if (batch.GetDataSize() > kept_batch_bytes)
    batch = rocksdb::WriteBatch();
  else
    batch.Clear();
  if (overlay.GetWriteBatch()->Count() || overlay.GetWriteBatch()->GetDataSize() > kept_batch_bytes)
    overlay.Clear();
  for (std::size_t i = 0; i < used; ++i) {
    metas[i].pinned.Reset();
    if (metas[i].buffer.capacity() > kept_buffer_bytes) metas[i].buffer = {};
  }
  if (metas.size() > kept_metas) metas.resize(kept_metas);
  used = 0;
  index.clear();
  written.clear();
  arena.clear();
  for (std::size_t i = 0; i < pinned; ++i) pins[i].Reset();
  if (pins.size() > kept_pins) pins.resize(kept_pins);
  pinned = 0;
  old.Reset();
  changes.clear();
  dead.clear();
  dropped.clear();
  databases.reset();
  for (std::string* s : {&key, &other_key, &value, &element, &scratch})
    if (s->capacity() > kept_buffer_bytes) *s = {};
}

ContextPool::~ContextPool() {
  for (auto& idle : idle_) delete idle.load();
}

std::unique_ptr<Context> ContextPool::take() {
  auto& idle = idle_[thread_number() % idle_.size()];
  if (std::unique_ptr<Context> context(idle.exchange(nullptr, std::memory_order_acquire)); context)
    return context;
  return std::make_unique<Context>();
}

void ContextPool::give(std::unique_ptr<Context> context) {
  auto& idle = idle_[thread_number() % idle_.size()];
  Context* expected = nullptr;
  if (idle.compare_exchange_strong(expected, context.get(), std::memory_order_release))
    static_cast<void>(context.release());
}

}  // namespace playhead::rocks
