// A purchase: stock that is held until it is paid, and a job that runs in one process at a time.
#include <iostream>

#include "playhead/modules/inventory.h"
#include "playhead/modules/lock.h"
#include "playhead/open.h"

int main(int argc, char** argv) {
  auto store = playhead::open(argc > 1 ? argv[1] : "memory://");
  playhead::Inventory inventory{playhead::Namespace(store)};
  inventory.set_stock("ticket", 2);
  playhead::StockItem two{"ticket", 2}, one{"ticket", 1};
  auto alice = inventory.reserve({&two, 1}, "alice");
  auto bob = inventory.reserve({&one, 1}, "bob");
  std::cout << "alice: " << alice.ok() << ", bob: " << bob.ok() << '\n';
  inventory.cancel_reservation(alice.reservation_id);
  bob = inventory.reserve({&one, 1}, "bob");
  inventory.confirm_reservation(bob.reservation_id);
  std::cout << inventory.stock("ticket").sold << " sold\n";

  playhead::Lock lock(playhead::Namespace(store), "nightly report", {.lease = 30'000});
  auto grant = lock.acquire();
  bool second = playhead::Lock(playhead::Namespace(store), "nightly report").acquire(0).has_value();
  std::cout << "token above 0: " << (grant->token > 0) << ", a second holder: " << second << '\n';
  lock.release();
  return bob.ok() && !second ? 0 : 1;
}
