#include "playhead/modules/cart.h"

#include <algorithm>
#include <array>

#include "engine/modules/identity/cart_procedures.h"
#include "engine/modules/identity/token_space.h"

namespace playhead {

using namespace identity;

/// Where a cart is, and how its owner is known.
struct Cart::Place {
  std::string owner_key, cart_key, id, check;
};

Cart::Cart(Namespace space, CartOptions options) : space_(std::move(space)), options_(options) {
  check_range("items", options_.items, 1, 10'000);
  check_range("most", options_.most, 1, 1'000'000'000);
  check_range("lifetime", options_.lifetime, 1, Millis{10} * 366 * 86'400'000);
  check_range("shards", options_.shards, 1, 4096);
}

std::optional<Cart::Place> Cart::place(const CartOwner& owner) const {
  if (!owner.is_token) {
    check_id("user_id", owner.id);
    std::string key = user_cart_key(space_, owner.id);
    return Place{key, key, {}, {}};
  }
  auto bearer = Bearer::read(owner.id);
  if (!bearer || bearer->group.shard >= options_.shards) return std::nullopt;
  return Place{tokens_key(space_, bearer->group), token_cart_key(space_, bearer->group.shard, bearer->id()),
               std::string(bearer->id()), std::string(bearer->check())};
}

CartChange Cart::change(const CartOwner& owner, Text item, std::int64_t count, bool add) {
  check_id("item", item);
  check_range("count", count, -1'000'000'000, 1'000'000'000);
  auto at = place(owner);
  if (!at) return CartChange::no_owner;
  ArgumentWriter args(space_.time());
  args.text(at->id).text(at->check).text(item).integer(count).integer(add ? 1 : 0);
  args.integer(options_.items)
      .integer(options_.most)
      .integer(owner.is_token ? options_.lifetime : 0)
      .text("");
  return static_cast<CartChange>(
      space_.invoke(change_cart, {at->owner_key, at->cart_key}, args).to_integer());
}

CartChange Cart::set(const CartOwner& owner, Text item, std::int64_t count) {
  return change(owner, item, count, false);
}

CartChange Cart::add(const CartOwner& owner, Text item, std::int64_t count) {
  return change(owner, item, count, true);
}

std::vector<CartItem> Cart::list(const CartOwner& owner) {
  auto at = place(owner);
  if (!at) return {};
  ArgumentWriter args(space_.time());
  args.text(at->id).text(at->check).text("");
  Value reply = space_.invoke(list_cart, {at->owner_key, at->cart_key}, args);
  const auto& parts = list_of(reply);
  std::vector<CartItem> out;
  for (std::size_t i = 0; i + 2 <= parts.size(); i += 2)
    out.push_back({parts[i].to_string(), parts[i + 1].to_integer()});
  std::sort(out.begin(), out.end(), [](const CartItem& a, const CartItem& b) { return a.item < b.item; });
  return out;
}

bool Cart::clear(const CartOwner& owner) {
  auto at = place(owner);
  if (!at) return false;
  Text key = at->cart_key;
  return space_.run(Del{{&key, 1}}) == 1;
}

CartMerge Cart::merge(Text token, Text user_id) {
  auto from = place(CartOwner::token(token)), to = place(CartOwner::user(user_id));
  if (!from) return {};
  ArgumentWriter args(space_.time());
  args.text(from->id).text(from->check).integer(options_.items).integer(options_.most).text("");
  Value reply = space_.invoke(merge_cart, {from->owner_key, from->cart_key, to->cart_key}, args);
  const auto& parts = list_of(reply);
  return {static_cast<CartChange>(parts.at(0).to_integer()), parts.at(1).to_integer()};
}

List<Procedure> Cart::procedures() {
  static const std::array all = {change_cart, list_cart, merge_cart};
  return all;
}

}  // namespace playhead
