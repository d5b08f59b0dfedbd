#pragma once
// The procedures of Inventory. Their keys are, in this order:
//
//     available  hash  product -> pieces that can be reserved
//     held       hash  product -> pieces in reservations that last; none: 0
//     sold       hash  product -> pieces in confirmed ones
//     holds      hash  reservation -> fields (fields.h): status, user, created, ends, then product, quantity of each
//     times      zset  reservation -> when its hold ends; one that has ended: when it is forgotten
//
// Each first ends holds and forgets reservations whose time has come. Arguments behind the time, and replies; all begin
// with how long an ended reservation is remembered:
//
//     inventory.set      product, quantity   -> available before
//     inventory.add      product, quantity   -> available then, or nothing
//     inventory.stock    product             -> available, held, sold
//     inventory.reserve  id, user, hold, then product, quantity of each, by product
//                        -> code, status, ends, product, available    code: "reserved", "known", "different", "short"
//     inventory.settle   id, "confirmed" or "cancelled"               -> status, or nothing
//     inventory.find     id                                           -> the fields, or nothing
//     inventory.expire   limit                                        -> how many
#include "playhead/store.h"

namespace playhead::coordination {

extern const Procedure inventory_set, inventory_add, inventory_stock, inventory_reserve, inventory_settle,
    inventory_find, inventory_expire;

}  // namespace playhead::coordination
