#pragma once
// The procedures of Cart. Keys: the tokens of the token's user (for the cart of a user the cart itself), the cart, a
// sorted set of counts by item. The last argument is empty. After the time:
//
//     cart.change  id, check (empty: the cart of a user), item, count, whether to add, items, most, lifetime
//                  -> outcome (0: no owner, 1: done, 2: full)
//     cart.list    id, check  -> item, count, of each
//     cart.merge   id, check, items, most; one more key, the cart of the user  -> outcome, items that moved
#include "playhead/store.h"

namespace playhead::identity {

extern const Procedure change_cart, list_cart, merge_cart;

}  // namespace playhead::identity
