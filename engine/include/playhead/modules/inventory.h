#pragma once
// Stock that is reserved for a while, then sold or given back.
#include "playhead/modules/namespace.h"

namespace playhead {

struct InventoryOptions {
  std::string name = "inventory";  ///< inventories of the same name share their stock
  Millis hold = 1'800'000;         ///< how long a reservation lasts; 1 ms to 10 years
  Millis remember =
      86'400'000;  ///< how long one that has ended is remembered, so that repeats do nothing; 1 ms to 10 years
};

/// So many of a product.
struct StockItem {
  std::string product_id;
  std::int64_t quantity = 0;  ///< 1..2^40
};

/// Where all pieces of a product are.
struct Stock {
  std::int64_t available = 0;  ///< can be reserved
  std::int64_t held = 0;       ///< in reservations that last
  std::int64_t sold = 0;       ///< in confirmed ones, ever
};

enum class ReservationStatus : std::uint8_t { held, confirmed, cancelled, expired };

struct Reservation {
  std::string id, user_id;
  ReservationStatus status = ReservationStatus::held;
  std::vector<StockItem> items;  ///< by product
  Millis created_at = 0;
  Millis ends_at = 0;  ///< when the hold ends or ended
};

/// What reserving did.
struct ReserveResult {
  enum class Code : std::uint8_t {
    reserved,
    known,      ///< a reservation of that id with the same items is there: nothing was changed
    different,  ///< one of that id with others: nothing was changed
    short_of,   ///< there is not enough of `product_id`, only `available`: nothing was changed
  } code = Code::reserved;
  std::string reservation_id;
  ReservationStatus status = ReservationStatus::held;
  Millis ends_at = 0;
  std::string product_id;
  std::int64_t available = 0;
  /// Whether the items are held for, or were sold to, the reservation.
  bool ok() const {
    return code == Code::reserved || (code == Code::known && (status == ReservationStatus::held ||
                                                              status == ReservationStatus::confirmed));
  }
};

/// The stock of products. A reservation takes its pieces from what is available, all of them or none, and holds them
/// until it is confirmed (they are sold), cancelled, or its hold ends (they are available again, whether or not anybody
/// looks). Never more is reserved than there is, and no piece is lost: available + held + sold changes only by
/// set_stock() and add_stock(). Every method is one atomic step and one round trip; no lock is needed. Reserving,
/// confirming and cancelling are idempotent by the reservation's id for as long as it is remembered. Thread-safe, and
/// shared by all processes on the store. All of an inventory is in one Redis Cluster slot. Methods throw
/// Error{invalid} for arguments out of range, and what the store throws.
class Inventory {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit Inventory(Namespace space, InventoryOptions options = {});

  /// Sets how many are available, beside those held; 0..2^40. How many were before.
  std::int64_t set_stock(Text product_id, std::int64_t quantity);
  /// Adds to what is available, or takes from it; how many are available then. Nothing: there are too few to take, and
  /// nothing was changed.
  std::optional<std::int64_t> add_stock(Text product_id, std::int64_t quantity);
  Stock stock(Text product_id);
  std::int64_t get_stock(Text product_id) { return stock(product_id).available; }

  /// Reserves 1 to 100 products, all or nothing. `reservation_id`: empty for a random one. `hold`: nothing for that of
  /// the options. O(items log n).
  ReserveResult reserve(List<StockItem> items, Text user_id, Text reservation_id = {},
                        std::optional<Millis> hold = {});
  /// Sells what is held. The status of the reservation then: expired if its hold had ended, cancelled if it had been;
  /// nothing: none is known.
  std::optional<ReservationStatus> confirm_reservation(Text reservation_id);
  /// Gives back what is held. The status then: confirmed if it had been sold already; nothing: none is known.
  std::optional<ReservationStatus> cancel_reservation(Text reservation_id);
  std::optional<Reservation> reservation(Text reservation_id);

  /// Ends holds whose time is over, and forgets what is remembered no longer, at most 1000; how many there were. Every
  /// other method does it too for up to 100, so that nobody has to call this.
  std::int64_t expire();

  static List<Procedure> procedures();

 private:
  Value invoke(const Procedure& p, const ArgumentWriter& args) const;
  std::optional<ReservationStatus> settle(Text how, Text reservation_id);

  Namespace space_;
  InventoryOptions options_;
  std::vector<std::string> keys_;
};

}  // namespace playhead
