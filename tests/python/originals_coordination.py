"""An example of every original of the group: what is done with a store."""

from collections.abc import Callable

import playhead
from playhead.modules import (
    Inventory,
    InventoryManager,
    Lock,
    RedisDistributedLock,
    Redlock,
    ReentrantLock,
    ReentrantRedisLock,
)


def lock_class(store: playhead.Store) -> None:
    with RedisDistributedLock(store, "resource_1", lease=30_000) as lock:
        assert lock.held() is not None


def lock_acquire(store: playhead.Store) -> None:
    assert Lock(store, "resource_1").acquire(wait=10_000)
    assert Lock(store, "resource_1").acquire(wait=0) is None


def lock_release(store: playhead.Store) -> None:
    lock = Lock(store, "resource_1")
    lock.acquire()
    assert lock.release()
    assert not lock.release()


def lock_extend(store: playhead.Store) -> None:
    lock = Lock(store, "resource_1")
    grant = lock.acquire()
    ends = lock.extend(60_000)
    assert grant is not None
    assert ends is not None
    assert ends > grant.ends


def reentrant_class(store: playhead.Store) -> None:
    lock = ReentrantRedisLock(store, "recursive_resource")

    def recursive_function(depth: int) -> None:
        with lock:
            if depth > 0:
                recursive_function(depth - 1)

    recursive_function(3)
    assert not lock.state().held


def reentrant_acquire(store: playhead.Store) -> None:
    lock = ReentrantLock(store, "recursive_resource")
    assert lock.acquire()
    assert lock.acquire()
    assert lock.state().holds == 2


def reentrant_release(store: playhead.Store) -> None:
    lock = ReentrantLock(store, "recursive_resource")
    lock.acquire()
    lock.acquire()
    assert lock.release()
    assert lock.state().held
    assert lock.release()
    assert not lock.state().held


def redlock_class(store: playhead.Store) -> None:
    with (
        playhead.open("memory://") as second,
        playhead.open("memory://") as third,
        Redlock([store, second, third], "critical_resource", lease=30_000) as lock,
    ):
        assert lock.held() is not None


def redlock_acquire(store: playhead.Store) -> None:
    assert Redlock([store], "critical_resource").acquire()


def redlock_release(store: playhead.Store) -> None:
    lock = Redlock([store], "critical_resource")
    lock.acquire()
    assert lock.release()


def distributed_lock(store: playhead.Store) -> None:
    with Lock(store, "stock:p") as lock:
        assert lock.state().held


def inventory_class(store: playhead.Store) -> None:
    assert InventoryManager(store, hold=1_800_000).get_stock("product_001") == 0


def get_stock(store: playhead.Store) -> None:
    inventory = Inventory(store)
    inventory.set_stock("product_001", 100)
    assert inventory.get_stock("product_001") == 100


def reserve_stock(store: playhead.Store) -> None:
    inventory = Inventory(store)
    inventory.set_stock("product_001", 5)
    assert inventory.reserve_stock("product_001", 5, "user_1").ok
    assert not inventory.reserve_stock("product_001", 1, "user_2").ok


def confirm_reservation(store: playhead.Store) -> None:
    inventory = Inventory(store)
    inventory.set_stock("product_001", 5)
    reserved = inventory.reserve_stock("product_001", 5, "user_1")
    assert inventory.confirm_reservation(reserved.reservation_id) == "confirmed"


def cancel_reservation(store: playhead.Store) -> None:
    inventory = Inventory(store)
    inventory.set_stock("product_001", 5)
    reserved = inventory.reserve_stock("product_001", 5, "user_1")
    assert inventory.cancel_reservation(reserved.reservation_id) == "cancelled"
    assert inventory.get_stock("product_001") == 5


EXAMPLES: dict[str, Callable[[playhead.Store], object]] = {
    "001 RedisDistributedLock": lock_class,
    "001 RedisDistributedLock.acquire": lock_acquire,
    "001 RedisDistributedLock.release": lock_release,
    "001 RedisDistributedLock.extend": lock_extend,
    "001 critical_section": lock_class,
    "001 ReentrantRedisLock": reentrant_class,
    "001 ReentrantRedisLock.acquire": reentrant_acquire,
    "001 ReentrantRedisLock.release": reentrant_release,
    "001 recursive_function": reentrant_class,
    "001 Redlock": redlock_class,
    "001 Redlock.acquire": redlock_acquire,
    "001 Redlock.release": redlock_release,
    "001 critical_section_with_redlock": redlock_class,
    "001 InventoryManager": inventory_class,
    "001 InventoryManager.distributed_lock": distributed_lock,
    "001 InventoryManager.get_stock": get_stock,
    "001 InventoryManager.set_stock": get_stock,
    "001 InventoryManager.reserve_stock": reserve_stock,
    "001 InventoryManager.confirm_reservation": confirm_reservation,
    "001 InventoryManager.cancel_reservation": cancel_reservation,
    "001 simulate_purchase": confirm_reservation,
}
