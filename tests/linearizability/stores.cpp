#include "tests/linearizability/stores.h"

#include "tests/support/redis_server.h"
#include "tests/support/temporary_store.h"

namespace playhead::linearizability {

namespace {

std::shared_ptr<Store> open_rocksdb() {
  return std::make_shared<test::TemporaryRocksStore>();
}

std::shared_ptr<Store> open_redis() {
  test::RedisServer& server = test::shared_redis_server();
  server.ask({"FLUSHALL"});
  return open("redis://127.0.0.1:" + std::to_string(server.port()) + "/0?timeout_ms=60000");
}

}  // namespace

std::shared_ptr<Store> open_memory() {
  return open("memory://");
}

const std::vector<StoreKind>& store_kinds() {
  static const std::vector<StoreKind> kinds = [] {
    std::vector<StoreKind> all = {{"memory", open_memory}};
    if (test::is_built(open_rocksdb)) all.push_back({"rocksdb", open_rocksdb});
    if (test::is_built(open_redis)) all.push_back({"redis", open_redis});
    return all;
  }();
  return kinds;
}

}  // namespace playhead::linearizability
