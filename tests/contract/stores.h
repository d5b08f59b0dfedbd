#pragma once
// The stores that every contract test runs on. A store joins by a line in stores.cpp.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "playhead/clock.h"
#include "playhead/store.h"

namespace playhead::test {

/// A kind of store, opened fresh and empty for each test.
struct StoreKind {
  std::string name;
  std::function<std::shared_ptr<Store>(std::shared_ptr<ManualClock>)> open;
  /// Time can be moved: the store's deadlines follow the manual clock. (A Redis server's own TTLs do not.)
  bool travels = true;
};
const std::vector<StoreKind>& store_kinds();

/// Runs a body on every kind of store, each in a section of its own.
void for_each_store(const std::function<void(Store&)>& body);
/// The same, on the stores whose time can be moved.
void for_each_store(const std::function<void(Store&, ManualClock&)>& body);

/// Performs a command given as a client would send it; a refusal is a Value of kind error.
Value reply(Store& store, const std::vector<std::string>& words, std::uint16_t db = 0);
/// A reply as a line of text: (nil), 3, "bytes", OK, (error) ERR ..., [a, b]; members of sets and maps in
/// sorted order.
std::string shown(const Value& v);
std::string run(Store& store, const std::vector<std::string>& words, std::uint16_t db = 0);

}  // namespace playhead::test
