"""A purchase: stock that is held until it is paid, and a job that runs in one process at a time."""

import sys

import playhead
from playhead.modules import Inventory, Lock

with playhead.open(sys.argv[1] if len(sys.argv) > 1 else "memory://") as store:
    inventory = Inventory(store)
    inventory.set_stock("ticket", 2)
    alice = inventory.reserve_stock("ticket", 2, "alice")
    bob = inventory.reserve_stock("ticket", 1, "bob")
    print("alice:", alice.code, "- bob:", bob.code)
    inventory.cancel_reservation(alice.reservation_id)
    bob = inventory.reserve_stock("ticket", 1, "bob")
    print("bob:", inventory.confirm_reservation(bob.reservation_id), inventory.stock("ticket"))
    with Lock(store, "nightly report", lease=30_000) as lock:
        grant = lock.held()
        assert grant is not None
        print("the report is written, and its storage refuses tokens below", grant.token > 0)
        print("another process gets it now:", Lock(store, "nightly report").acquire(wait=0))
