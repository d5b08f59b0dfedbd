#include "tests/contract/stores.h"

#include <stdlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "playhead/open.h"

namespace playhead::test {

namespace {

// Directories of RocksDB stores, removed at the end of the process.
class Directories {
 public:
  Directories() {
    std::string name = std::filesystem::temp_directory_path() / "playhead-contract-XXXXXX";
    root_ = ::mkdtemp(name.data());
  }
  ~Directories() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  std::string fresh() {
    if (count_ > 0) std::filesystem::remove_all(root_ / std::to_string(count_ - 1));
    return root_ / std::to_string(count_++);
  }

 private:
  std::filesystem::path root_;
  int count_ = 0;
};

std::string fresh_directory() {
  static Directories directories;
  return directories.fresh();
}

}  // namespace

const std::vector<StoreKind>& store_kinds() {
  static const std::vector<StoreKind> kinds = {
      {"memory", [](std::shared_ptr<ManualClock> clock) { return open("memory://", {std::move(clock)}); }},
      {"rocksdb",
       [](std::shared_ptr<ManualClock> clock) {
         return open("rocksdb://" + fresh_directory(), {std::move(clock)});
       }},
  };
  return kinds;
}

void for_each_store(const std::function<void(Store&)>& body) {
  for (const StoreKind& kind : store_kinds()) DYNAMIC_SECTION(kind.name) {
      auto store = kind.open(std::make_shared<ManualClock>());
      body(*store);
      store->close();
    }
}

void for_each_store(const std::function<void(Store&, ManualClock&)>& body) {
  for (const StoreKind& kind : store_kinds()) {
    if (!kind.travels) continue;
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
