"""Carts, and the limit on tokens, from Python."""

from typing import Any

import pytest

import playhead
import playhead.aio
import playhead.aio.modules
from playhead import modules


def test_a_cart_has_so_many_of_each_item(store: playhead.Store) -> None:
    cart = modules.Cart(store, items=2)
    alice = modules.CartOwner.user("alice")
    assert cart.add(alice, "shirt", 2) == "done"
    assert cart.set(alice, b"\xff", 1) == "done"
    assert cart.add(alice, "hat") == "full"
    assert cart.list(alice) == [modules.CartItem("shirt", 2), modules.CartItem(b"\xff", 1)]
    assert cart.remove(alice, "shirt") == "done"
    assert cart.set(alice, b"\xff", 0) == "done"
    assert cart.list(alice) == []
    assert not cart.clear(alice)


def test_who_signs_in_brings_a_cart_along(store: playhead.Store) -> None:
    tokens, cart = modules.Tokens(store), modules.Cart(store)
    token = modules.generate_access_token("guest", tokens)
    assert modules.add_to_cart(cart, token, "shirt", 2) == "done"
    cart.add(modules.CartOwner.user("alice"), "shirt")
    assert cart.merge(token, "alice") == ("done", 1)
    assert cart.list(modules.CartOwner.user("alice")) == [("shirt", 3)]
    assert cart.list(modules.CartOwner.token(token)) == []
    tokens.revoke(token)
    assert modules.add_to_cart(cart, token, "shirt", 1) == "no_owner"


@pytest.mark.parametrize("junk", ["", "x", "A" * 68, "é" * 68, "\ud800", b"A" * 68, None, 7])
def test_what_clients_send_is_no_reason_to_raise(store: playhead.Store, junk: Any) -> None:
    cart, tokens = modules.Cart(store), modules.Tokens(store)
    assert modules.add_to_cart(cart, junk, "shirt", 1) == "no_owner"
    assert cart.list(modules.CartOwner.token(junk)) == []
    assert cart.merge(junk, "alice") == ("no_owner", 0)
    assert not tokens.view(junk, "a")
    assert tokens.viewed(junk) == []
    assert modules.check_token(tokens, junk) is None


def test_what_the_holder_of_a_token_looks_at_is_kept(
    store: playhead.Store, clock: playhead.ManualClock
) -> None:
    tokens = modules.Tokens(store, clock=clock, viewed_items=2)
    token = tokens.issue("alice").token
    for item in ("a", "b", "c"):
        assert modules.update_token(tokens, token, item)
        clock.advance(1)
    assert [viewed.item for viewed in tokens.viewed(token)] == ["c", "b"]
    assert modules.update_token(tokens, token)
    assert modules.check_token(tokens, token) == "alice"


def test_the_tokens_used_last_are_kept(store: playhead.Store, clock: playhead.ManualClock) -> None:
    tokens = modules.Tokens(store, clock=clock, shards=3, indexed=True)
    cart = modules.Cart(store, clock=clock, shards=3)
    issued = []
    for i in range(25):
        issued.append(tokens.issue(f"user{i}").token)
        assert modules.add_to_cart(cart, issued[-1], "shirt", 1) == "done"
        clock.advance(1_000)
    assert tokens.view(issued[0], "a")
    limit = modules.TokenLimit(tokens, limit=5, batch=3)
    assert modules.clean_sessions(limit) == 20
    assert limit.count() == 5
    assert [i for i, token in enumerate(issued) if tokens.validate(token)] == [0, 21, 22, 23, 24]
    assert len(store.keys.keys("ph:carts:*")) == 5
    with pytest.raises(playhead.InvalidArgument, match="indexed"):
        modules.TokenLimit(modules.Tokens(store))


def test_the_limit_is_kept_in_the_background(store: playhead.Store) -> None:
    tokens = modules.Tokens(store, shards=2, indexed=True)
    for i in range(10):
        tokens.issue(f"user{i}")
    with modules.TokenLimit(tokens, limit=3, longest_wait=1) as limit:
        limit.run_in_background()
        assert limit.running
        while limit.count() > 3:
            pass
    assert not limit.running


async def test_carts_for_asyncio(store_url: str) -> None:
    async with await playhead.aio.open(store_url) as store:
        cart = await playhead.aio.modules.Cart.open(store)
        alice = modules.CartOwner.user("alice")
        assert await cart.add(alice, "shirt") == "done"
        assert await cart.list(alice) == [("shirt", 1)]
