#pragma once
// Shopping carts.
#include "playhead/modules/tokens.h"

namespace playhead {

struct CartOptions {
  std::int64_t items = 100;       ///< different items in a cart; 1..10,000
  std::int64_t most = 1'000'000;  ///< of one item; 1..10^9
  Millis lifetime =
      Millis{30} * 86'400'000;  ///< the cart of a token is garbage so long after its last change
  std::int64_t shards = 64;     ///< those of the tokens
};

/// Whose cart it is.
struct CartOwner {
  /// Of whoever holds a token: it can be used as long as the token is good, and goes with it (TokenLimit).
  static CartOwner token(Text token) { return {std::string(token), true}; }
  /// Of a user, for good.
  static CartOwner user(Text user_id) { return {std::string(user_id), false}; }
  std::string id;
  bool is_token = false;
};

/// What a change did.
enum class CartChange : std::uint8_t {
  no_owner,  ///< the token is not good; nothing was changed
  done,
  full,  ///< the cart has `items` different ones already, or there would be more than `most` of this one; nothing was
  ///< changed
};

struct CartItem {
  std::string item;
  std::int64_t count = 0;
  bool operator==(const CartItem&) const = default;
};

/// What a merge did.
struct CartMerge {
  CartChange outcome = CartChange::no_owner;  ///< full: what did not fit is still in the token's cart
  std::int64_t moved = 0;                     ///< different items
};

/// Carts: how many of which item. Every method is one atomic round trip. Thread-safe. Methods throw Error{invalid} for
/// ids that are empty or too long and counts out of range, and what the store throws; never for a made-up token.
class Cart {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit Cart(Namespace space, CartOptions options = {});

  /// Puts so many of an item into the cart, in place of those that were there; 0 or less takes it out. O(log n).
  CartChange set(const CartOwner& owner, Text item, std::int64_t count);
  /// Adds so many to those that are there; if 0 or less are left, it is taken out. O(log n).
  CartChange add(const CartOwner& owner, Text item, std::int64_t count = 1);
  CartChange remove(const CartOwner& owner, Text item) { return set(owner, item, 0); }
  /// What is in it, in the order of the items' bytes; nothing if the token is not good. O(n log n).
  std::vector<CartItem> list(const CartOwner& owner);
  /// Takes all out; whether there was anything. Idempotent.
  bool clear(const CartOwner& owner);
  /// Whoever holds the token has signed in as a user: what is in its cart moves into that of the user, where counts
  /// of the same item are added up, to `most` at most. O(n log n).
  ///
  /// Both carts change in one step: whatever ends the process or the store in the middle, an item is in one of them,
  /// and in no time in both. What has moved is not in the token's cart any more, so that a merge whose outcome is
  /// unknown can be repeated. The carts lie in different slots: on a sharded_store() whose nodes keep them apart it
  /// throws Error{command} CROSSSLOT and changes nothing; list and add then, or keep the carts on one store.
  CartMerge merge(Text token, Text user_id);

  static List<Procedure> procedures();

 private:
  struct Place;
  std::optional<Place> place(const CartOwner& owner) const;
  CartChange change(const CartOwner& owner, Text item, std::int64_t count, bool add);

  Namespace space_;
  CartOptions options_;
};

}  // namespace playhead
