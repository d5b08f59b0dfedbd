"""Stock that is reserved for a while, then sold or given back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id

__all__ = ["Inventory", "InventoryManager", "Reservation", "ReserveResult", "Stock"]

#: Where a reservation is.
Status: TypeAlias = Literal["held", "confirmed", "cancelled", "expired"]


class Stock(NamedTuple):
    """Where all pieces of a product are."""

    available: int  #: can be reserved
    held: int  #: in reservations that last
    sold: int  #: in confirmed ones, ever


class Reservation(NamedTuple):
    """What is known of a reservation."""

    id: Id
    user_id: Id
    status: Status
    items: dict[Id, int]
    created_at: int
    ends_at: int  #: when the hold ends or ended


class ReserveResult(NamedTuple):
    """What reserving did."""

    ok: bool  #: the items are held for, or were sold to, the reservation
    #: reserved; known: it is there with the same items; different: it is there with others; short: not enough
    code: Literal["reserved", "known", "different", "short"]
    reservation_id: Id
    status: Status
    ends_at: int
    product_id: Id  #: if there is not enough of it
    available: int  #: how many of it there are


class Inventory:
    """The stock of products: never more is reserved than there is, and no piece is lost.

    A reservation takes its pieces, all or none, and holds them until it is confirmed (they are sold),
    cancelled, or its ``hold`` ends: then they are available again, whether or not anybody looks. Every method
    is one atomic step, without a lock. Reserving, confirming and cancelling are idempotent by the
    reservation's id, which is remembered for ``remember`` after its end.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "inventory",
        hold: int = 1_800_000,
        remember: int = 86_400_000,
    ) -> None:
        self._module = _playhead.Inventory(
            target_of(store), prefix=prefix, clock=clock, name=name, hold=hold, remember=remember
        )

    def set_stock(self, product_id: Id, quantity: int) -> int:
        """Set how many are available, beside those held; how many were before."""
        return self._module.set_stock(product_id, quantity)

    def add_stock(self, product_id: Id, quantity: int) -> int | None:
        """Add to what is available, or take from it; how many are then. None: there are too few to take."""
        return self._module.add_stock(product_id, quantity)

    def get_stock(self, product_id: Id) -> int:
        """Tell how many are available."""
        return self._module.stock(product_id)[0]

    def stock(self, product_id: Id) -> Stock:
        """Tell where all pieces of a product are."""
        return Stock(*self._module.stock(product_id))

    def reserve_stock(
        self,
        product_id: Id,
        quantity: int,
        user_id: Id,
        *,
        reservation_id: Id | None = None,
        hold: int | None = None,
    ) -> ReserveResult:
        """Reserve so many of one product; None: a random id, the hold of the inventory."""
        return ReserveResult(*self._module.reserve([(product_id, quantity)], user_id, reservation_id, hold))

    def reserve(
        self,
        items: Mapping[Id, int],
        user_id: Id,
        *,
        reservation_id: Id | None = None,
        hold: int | None = None,
    ) -> ReserveResult:
        """Reserve 1 to 100 products, all or nothing."""
        return ReserveResult(*self._module.reserve(list(items.items()), user_id, reservation_id, hold))

    def confirm_reservation(
        self, reservation_id: Id
    ) -> Literal["held", "confirmed", "cancelled", "expired"] | None:
        """Sell what is held; the status then (``expired``, if its hold had ended). None: none is known."""
        return self._module.confirm_reservation(reservation_id)

    def cancel_reservation(
        self, reservation_id: Id
    ) -> Literal["held", "confirmed", "cancelled", "expired"] | None:
        """Give back what is held; the status then (``confirmed``, if it was sold). None: none is known."""
        return self._module.cancel_reservation(reservation_id)

    def reservation(self, reservation_id: Id) -> Reservation | None:
        """Tell what is known of a reservation."""
        found = self._module.reservation(reservation_id)
        return None if found is None else Reservation(*found)

    def expire(self) -> int:
        """End holds whose time is over, at most 1000; how many. Every other method does it too."""
        return self._module.expire()


InventoryManager = Inventory
