#include "backends/memory/memory_store.h"

#include <array>

#include "backends/embedded/store_impl.h"
#include "backends/memory/memory_storage.h"

namespace playhead {

template class embedded::EmbeddedStore<memory::MemoryStorage>;
template const std::array<embedded::Thunk<memory::MemoryStorage>, operation_count>&
embedded::thunks<memory::MemoryStorage>();

namespace memory {

namespace {

using EmbeddedMemory = embedded::EmbeddedStore<MemoryStorage>;

Eviction eviction_named(const std::string& name) {
  constexpr std::array<std::pair<Text, Eviction>, 8> names = {{{"noeviction", Eviction::none},
                                                               {"allkeys-lru", Eviction::allkeys_lru},
                                                               {"allkeys-lfu", Eviction::allkeys_lfu},
                                                               {"allkeys-random", Eviction::allkeys_random},
                                                               {"volatile-lru", Eviction::volatile_lru},
                                                               {"volatile-lfu", Eviction::volatile_lfu},
                                                               {"volatile-random", Eviction::volatile_random},
                                                               {"volatile-ttl", Eviction::volatile_ttl}}};
  for (const auto& [known, policy] : names)
    if (known == name) return policy;
  throw Error(ErrorCode::invalid,
              "eviction '" + name +
                  "' is unknown; use noeviction, allkeys-lru, allkeys-lfu, allkeys-random, volatile-lru, "
                  "volatile-lfu, volatile-random or volatile-ttl");
}

}  // namespace

std::shared_ptr<Store> make_memory_store(MemoryOptions options) {
  auto storage = std::make_shared<MemoryStorage>();
  storage->limit_memory(options.memory_limit, eviction_named(options.eviction));
  Capabilities capabilities;
  capabilities.name = "memory";
  EmbeddedMemory::Options embedded{std::move(options.clock), options.databases,
                                   "open another one in the child, or share one by a redis:// store"};
  return std::make_shared<EmbeddedMemory>(std::move(storage), capabilities, std::move(embedded));
}

bool is_closed(const Store& store) {
  return !dynamic_cast<const EmbeddedMemory&>(store).is_open();
}

}  // namespace memory
}  // namespace playhead
