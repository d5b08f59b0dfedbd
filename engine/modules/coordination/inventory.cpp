#include "playhead/modules/inventory.h"

#include <array>
#include <map>

#include "engine/modules/coordination/inventory_procedures.h"
#include "engine/modules/procedures/random_id.h"
#include "engine/modules/procedures/unit_calls.h"
#include "engine/modules/procedures/wait.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr std::int64_t most_pieces = std::int64_t{1} << 40;
constexpr std::int64_t most_items = 100;
constexpr std::int64_t expired_at_once = 1000;

ReservationStatus status_of(Text name) {
  if (name == "confirmed") return ReservationStatus::confirmed;
  if (name == "cancelled") return ReservationStatus::cancelled;
  if (name == "expired") return ReservationStatus::expired;
  return ReservationStatus::held;
}

ReserveResult::Code result_code(Text name) {
  using Code = ReserveResult::Code;
  return name == "reserved" ? Code::reserved
         : name == "known"  ? Code::known
         : name == "short"  ? Code::short_of
                            : Code::different;
}

}  // namespace

Inventory::Inventory(Namespace space, InventoryOptions options)
    : space_(std::move(space)), options_(std::move(options)) {
  check_id("name", options_.name);
  check_range("hold", options_.hold, 1, longest_span);
  check_range("remember", options_.remember, 1, longest_span);
  for (Text part : {"available", "held", "sold", "holds", "times"})
    keys_.push_back(space_.keys().key("inventory", options_.name, {part}));
}

Value Inventory::invoke(const Procedure& p, const ArgumentWriter& args) const {
  std::vector<Text> keys(keys_.begin(), keys_.end());
  return space_.invoke(p, keys, args);
}

std::int64_t Inventory::set_stock(Text product_id, std::int64_t quantity) {
  check_id("product_id", product_id);
  check_range("quantity", quantity, 0, most_pieces);
  ArgumentWriter args(space_.time());
  args.integer(options_.remember).text(product_id).integer(quantity);
  return invoke(coordination::inventory_set, args).to_integer();
}

std::optional<std::int64_t> Inventory::add_stock(Text product_id, std::int64_t quantity) {
  check_id("product_id", product_id);
  check_range("quantity", quantity, -most_pieces, most_pieces);
  ArgumentWriter args(space_.time());
  args.integer(options_.remember).text(product_id).integer(quantity);
  Value reply = invoke(coordination::inventory_add, args);
  if (reply.is_null()) return std::nullopt;
  return reply.to_integer();
}

Stock Inventory::stock(Text product_id) {
  check_id("product_id", product_id);
  ArgumentWriter args(space_.time());
  args.integer(options_.remember).text(product_id);
  Value reply = invoke(coordination::inventory_stock, args);
  const auto& parts = list_of(reply);
  return {parts.at(0).to_integer(), parts.at(1).to_integer(), parts.at(2).to_integer()};
}

ReserveResult Inventory::reserve(List<StockItem> items, Text user_id, Text reservation_id,
                                 std::optional<Millis> hold) {
  check_id("user_id", user_id);
  if (!reservation_id.empty()) check_id("reservation_id", reservation_id);
  if (hold) check_range("hold", *hold, 1, longest_span);
  check_range("the number of items", static_cast<std::int64_t>(items.size()), 1, most_items);
  std::map<Text, std::int64_t> wanted;
  for (const StockItem& item : items) {
    check_id("product_id", item.product_id);
    check_range("quantity", item.quantity, 1, most_pieces);
    wanted[item.product_id] += item.quantity;
  }
  ReserveResult result;
  result.reservation_id = reservation_id.empty() ? random_id() : std::string(reservation_id);
  ArgumentWriter args(space_.time());
  args.integer(options_.remember)
      .text(result.reservation_id)
      .text(user_id)
      .integer(hold.value_or(options_.hold));
  for (const auto& [product, quantity] : wanted) args.text(product).integer(quantity);
  Value reply = invoke(coordination::inventory_reserve, args);
  const auto& parts = list_of(reply);
  result.code = result_code(parts.at(0).to_string());
  result.status = status_of(parts.at(1).to_string());
  result.ends_at = parts.at(2).to_integer();
  result.product_id = parts.at(3).to_string();
  result.available = parts.at(4).to_integer();
  return result;
}

std::optional<ReservationStatus> Inventory::settle(Text how, Text reservation_id) {
  check_id("reservation_id", reservation_id);
  ArgumentWriter args(space_.time());
  args.integer(options_.remember).text(reservation_id).text(how);
  Value reply = invoke(coordination::inventory_settle, args);
  if (reply.is_null()) return std::nullopt;
  return status_of(reply.to_string());
}

std::optional<ReservationStatus> Inventory::confirm_reservation(Text reservation_id) {
  return settle("confirmed", reservation_id);
}

std::optional<ReservationStatus> Inventory::cancel_reservation(Text reservation_id) {
  return settle("cancelled", reservation_id);
}

std::optional<Reservation> Inventory::reservation(Text reservation_id) {
  check_id("reservation_id", reservation_id);
  ArgumentWriter args(space_.time());
  args.integer(options_.remember).text(reservation_id);
  Value reply = invoke(coordination::inventory_find, args);
  if (reply.is_null()) return std::nullopt;
  const auto& parts = list_of(reply);
  Reservation r;
  r.id = reservation_id;
  r.status = status_of(parts.at(0).to_string());
  r.user_id = parts.at(1).to_string();
  r.created_at = stored_number(parts.at(2).to_string());
  r.ends_at = stored_number(parts.at(3).to_string());
  for (std::size_t i = 4; i + 2 <= parts.size(); i += 2)
    r.items.push_back({parts[i].to_string(), stored_number(parts[i + 1].to_string())});
  return r;
}

std::int64_t Inventory::expire() {
  ArgumentWriter args(space_.time());
  args.integer(options_.remember).integer(expired_at_once);
  return invoke(coordination::inventory_expire, args).to_integer();
}

List<Procedure> Inventory::procedures() {
  using namespace coordination;
  static const std::array all = {inventory_set,    inventory_add,  inventory_stock, inventory_reserve,
                                 inventory_settle, inventory_find, inventory_expire};
  return all;
}

}  // namespace playhead
