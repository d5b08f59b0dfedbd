#include "tests/linearizability/stores.h"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

#include "playhead/open.h"
#include "tests/support/redis_server.h"

namespace playhead::linearizability {

namespace {

// A RocksDB store in a directory of its own, which goes with it.
class TemporaryStore final : public StoreWrapper {
 public:
  TemporaryStore(std::shared_ptr<Store> store, std::filesystem::path directory)
      : StoreWrapper(std::move(store)), directory_(std::move(directory)) {}
  ~TemporaryStore() override {
    inner().close();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

 private:
  std::filesystem::path directory_;
};

std::shared_ptr<Store> open_rocksdb() {
  std::string directory = std::filesystem::temp_directory_path() / "playhead-linearizability-XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) throw std::runtime_error("cannot make a directory for a store");
  return std::make_shared<TemporaryStore>(open("rocksdb://" + directory + "/store?durability=none"),
                                          directory);
}

std::shared_ptr<Store> open_redis() {
  test::RedisServer& server = test::shared_redis_server();
  server.ask({"FLUSHALL"});
  return open("redis://127.0.0.1:" + std::to_string(server.port()) + "/0?timeout_ms=60000");
}

bool offered(const std::function<std::shared_ptr<Store>()>& opens) {
  try {
    opens();
    return true;
  } catch (const Error& e) {
    if (e.code() == ErrorCode::unsupported) return false;
    throw;
  }
}

}  // namespace

std::shared_ptr<Store> open_memory() {
  return open("memory://");
}

const std::vector<StoreKind>& store_kinds() {
  static const std::vector<StoreKind> kinds = [] {
    std::vector<StoreKind> all = {{"memory", open_memory}};
    if (offered(open_rocksdb)) all.push_back({"rocksdb", open_rocksdb});
    if (offered(open_redis)) all.push_back({"redis", open_redis});
    return all;
  }();
  return kinds;
}

}  // namespace playhead::linearizability
