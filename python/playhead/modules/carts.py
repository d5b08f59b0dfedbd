"""Shopping carts."""

from __future__ import annotations

from typing import Literal, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id

__all__ = [
    "Cart",
    "CartChange",
    "CartItem",
    "CartMerge",
    "CartOwner",
    "add_to_cart",
]

#: What a change of a cart did; ``full``: too many different items, or too many of one; nothing was changed.
CartChange = Literal["done", "full", "no_owner"]


class CartOwner(NamedTuple):
    """Whose cart it is: of a user, for good; or of whoever holds a token, as long as that is good."""

    id: Id
    is_token: bool

    @classmethod
    def token(cls, token: str) -> CartOwner:
        """Name the holder of a token."""
        text = isinstance(token, str) and token.isascii()
        return cls(token if text else "", True)

    @classmethod
    def user(cls, user_id: Id) -> CartOwner:
        """Name a user."""
        return cls(user_id, False)


class CartItem(NamedTuple):
    """An item in a cart."""

    item: Id
    count: int  # type: ignore[assignment]


class CartMerge(NamedTuple):
    """What a merge did."""

    outcome: CartChange  #: full: what did not fit is still in the token's cart
    moved: int  #: different items


class Cart:
    """Carts: how many of which item. ``shards`` are those of the tokens.

    The cart of a token goes with it, when a :class:`TokenLimit` runs; without one it is garbage after
    ``lifetime``.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        items: int = 100,
        most: int = 1_000_000,
        lifetime: int = 2_592_000_000,
        shards: int = 64,
    ) -> None:
        self._module = _playhead.Cart(
            target_of(store),
            prefix=prefix,
            clock=clock,
            items=items,
            most=most,
            lifetime=lifetime,
            shards=shards,
        )

    def set(self, owner: CartOwner, item: Id, count: int) -> CartChange:
        """Put so many of an item into the cart, in place of those there; 0 or less takes it out."""
        return self._module.set(*owner, item, count)

    def add(self, owner: CartOwner, item: Id, count: int = 1) -> CartChange:
        """Add so many to those that are there; if 0 or less are left, it is taken out."""
        return self._module.add(*owner, item, count)

    def remove(self, owner: CartOwner, item: Id) -> CartChange:
        """Take an item out."""
        return self._module.set(*owner, item, 0)

    def list(self, owner: CartOwner) -> list[CartItem]:
        """Give what is in the cart, in the order of the items; nothing if the token is no good."""
        return [CartItem(*item) for item in self._module.list(*owner)]

    def clear(self, owner: CartOwner) -> bool:
        """Take all out; whether there was anything."""
        return self._module.clear(*owner)

    def merge(self, token: str, user_id: Id) -> CartMerge:
        """Move the cart of a token into that of the user who has signed in; counts add up.

        Both change in one step: an item is in one of them, whatever fails, and a merge can be repeated.
        On a sharded store whose nodes keep the two carts apart it raises CommandError and changes nothing.
        """
        return CartMerge(*self._module.merge(CartOwner.token(token).id, user_id))


def add_to_cart(cart: Cart, token: str, item: Id, count: int) -> CartChange:
    """Put so many of an item into the cart of whoever holds a token: :meth:`Cart.set` in short."""
    return cart.set(CartOwner.token(token), item, count)
