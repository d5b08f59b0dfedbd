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
  /// Null: the machine's clock, or the server's.
  std::function<std::shared_ptr<Store>(std::shared_ptr<const Clock>)> open;
  /// Why its time cannot be moved; empty: its deadlines follow the given clock.
  std::string fixed_time = {};
  /// Why it need not run tests of what only depends on how values are laid out; empty: it runs them.
  std::string same_layout = {};
};
const std::vector<StoreKind>& store_kinds();

/// Runs a body on every kind of store, each in a section of its own. Where it does not run is a skip: the
/// reasons and numbers of skips are printed at the end of the process.
void for_each_store(const std::function<void(Store&)>& body);
/// The same, on the stores whose time can be moved.
void for_each_store(const std::function<void(Store&, ManualClock&)>& body);
/// The same, on one store of each layout: for long tests.
void for_each_layout(const std::function<void(Store&)>& body);
/// The same, on every kind of store, where time goes on as it does.
void for_each_store_in_real_time(const std::function<void(Store&)>& body);

/// Notes that the running test leaves something out on this store.
void skip(Store& store, const std::string& reason);

/// Waits until a condition holds, at most ten seconds; whether it does.
bool eventually(const std::function<bool()>& condition);

/// So many operations wait at the server behind the store; 0 for stores that have none.
std::size_t parked_at_server(Store& store);

/// Performs a command given as a client would send it; a refusal is a Value of kind error.
Value reply(Store& store, const std::vector<std::string>& words, std::uint16_t db = 0);
/// A reply as a line of text: (nil), 3, "bytes", OK, (error) ERR ..., [a, b]; members of sets and maps in
/// sorted order.
std::string shown(const Value& v);
std::string run(Store& store, const std::vector<std::string>& words, std::uint16_t db = 0);

}  // namespace playhead::test
