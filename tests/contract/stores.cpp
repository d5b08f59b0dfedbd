#include "tests/contract/stores.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <map>
#include <set>
#include <thread>

#include "tests/contract/reopened_store.h"
#include "tests/support/redis_server.h"
#include "tests/support/temporary_store.h"

namespace playhead::test {

namespace {

// A new path for a RocksDB store; the one before is removed, and the last at the end of the process.
std::string fresh_directory() {
  static std::unique_ptr<TemporaryDirectory> directory;
  directory = std::make_unique<TemporaryDirectory>(fast_place());
  return *directory / "store";
}

using SharedClock = std::shared_ptr<const Clock>;

auto open_rocksdb(const std::string& durability) {
  return [durability](SharedClock clock) {
    return open("rocksdb://" + fresh_directory() + "?durability=" + durability, {std::move(clock)});
  };
}

std::shared_ptr<Store> open_reopened(const SharedClock& clock) {
  std::string url = "rocksdb://" + fresh_directory() + "?durability=none";
  return std::make_shared<ReopenedStore>([url, clock] { return open(url, {clock}); });
}

std::size_t blocked_clients() {
  std::string clients = shared_redis_server().ask({"INFO", "clients"});
  return std::stoul(clients.substr(clients.find("blocked_clients:") + 16));
}

std::shared_ptr<Store> open_redis(SharedClock clock) {
  RedisServer& server = shared_redis_server();
  // The server may learn a little late that the store of the test before is gone.
  bool alone = eventually([&] {
    return blocked_clients() == 0 && server.ask({"PUBSUB", "NUMPAT"}) == "0" &&
           server.ask({"PUBSUB", "CHANNELS"}).empty();
  });
  if (!alone) throw std::runtime_error("the clients of an earlier test stay connected");
  server.ask({"FLUSHALL"});
  return open("redis+unix://" + server.unix_socket(), {std::move(clock)});
}

// Tests that were not run on a kind of store, by its name and the reason; told when the process ends.
class Skips {
 public:
  ~Skips() {
    for (const auto& [what, tests] : all_)
      std::printf("skipped on %s: %zu tests: %s\n", what.first.c_str(), tests.size(), what.second.c_str());
  }
  void add(const std::string& store, const std::string& reason) {
    all_[{store, reason}].insert(Catch::getResultCapture().getCurrentTestName());
  }

 private:
  std::map<std::pair<std::string, std::string>, std::set<std::string>> all_;
};

void note_skip(const std::string& store, const std::string& reason) {
  static Skips skips;
  skips.add(store, reason);
}

constexpr const char* one_layout = "the layout is that of rocksdb with any durability";

}  // namespace

const std::vector<StoreKind>& store_kinds() {
  static const std::vector<StoreKind> kinds = {
      {"memory", [](SharedClock clock) { return open("memory://", {std::move(clock)}); }},
      {"rocksdb, none", open_rocksdb("none")},
      {"rocksdb, periodic", open_rocksdb("periodic"), "", one_layout},
      {"rocksdb, sync", open_rocksdb("sync"), "", one_layout},
      {"rocksdb, reopened between steps", open_reopened, "", one_layout},
      {"redis", open_redis, "a server's time goes on by itself"},
  };
  return kinds;
}

namespace {

void on_each_store(const std::function<SharedClock()>& clock, const std::function<void(Store&)>& body) {
  for (const StoreKind& kind : store_kinds()) DYNAMIC_SECTION(kind.name) {
      auto store = kind.open(clock());
      body(*store);
      store->close();
    }
}

}  // namespace

void for_each_store(const std::function<void(Store&)>& body) {
  on_each_store([] { return std::make_shared<ManualClock>(); }, body);
}

void for_each_layout(const std::function<void(Store&)>& body) {
  for (const StoreKind& kind : store_kinds()) {
    if (!kind.same_layout.empty()) {
      note_skip(kind.name, kind.same_layout);
      continue;
    }
    DYNAMIC_SECTION(kind.name) {
      auto store = kind.open(std::make_shared<ManualClock>());
      body(*store);
      store->close();
    }
  }
}

void skip(Store& store, const std::string& reason) {
  note_skip(std::string(store.capabilities().name), reason);
}

void for_each_store_in_real_time(const std::function<void(Store&)>& body) {
  on_each_store([] { return nullptr; }, body);
}

bool eventually(const std::function<bool()>& condition) {
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

std::size_t parked_at_server(Store& store) {
  return store.capabilities().name == "redis" ? blocked_clients() : 0;
}

void for_each_store(const std::function<void(Store&, ManualClock&)>& body) {
  for (const StoreKind& kind : store_kinds()) {
    if (!kind.fixed_time.empty()) {
      note_skip(kind.name, kind.fixed_time);
      continue;
    }
    DYNAMIC_SECTION(kind.name) {
      auto clock = std::make_shared<ManualClock>();
      auto store = kind.open(clock);
      body(*store, *clock);
      store->close();
    }
  }
}

Value reply(Store& store, const std::vector<std::string>& words, std::uint16_t db) {
  std::vector<Text> texts(words.begin(), words.end());
  try {
    AnyCall call = AnyCall::parse(texts, db, false);
    store.perform(call.call());
    ValueSink sink;
    call.emit(sink);
    return sink.take();
  } catch (const Error& e) {
    if (e.code() != ErrorCode::command) throw;
    return Value::error(e.what());
  }
}

std::string shown(const Value& v) {
  switch (v.kind) {
    case Value::Kind::null:
    case Value::Kind::null_array:
      return "(nil)";
    case Value::Kind::bulk:
    case Value::Kind::verbatim:
      return '"' + v.text + '"';
    case Value::Kind::status:
      return v.text;
    case Value::Kind::error:
      return "(error) " + v.text;
    case Value::Kind::integer:
    case Value::Kind::boolean:
    case Value::Kind::real:
      return v.to_string();
    default:
      break;
  }
  std::vector<std::string> parts;
  bool paired = v.kind == Value::Kind::map || v.kind == Value::Kind::pairs;
  for (std::size_t i = 0; i < v.items.size(); i += paired ? 2 : 1)
    parts.push_back(paired ? shown(v.items[i]) + ": " + shown(v.items[i + 1]) : shown(v.items[i]));
  if (v.kind == Value::Kind::set || v.kind == Value::Kind::map) std::sort(parts.begin(), parts.end());
  std::string out = "[";
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : ", ") + parts[i];
  return out + "]";
}

std::string run(Store& store, const std::vector<std::string>& words, std::uint16_t db) {
  return shown(reply(store, words, db));
}

}  // namespace playhead::test
