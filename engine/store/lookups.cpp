#include "engine/store/lookups.h"

#include <array>

#include "playhead/operations.h"

namespace playhead {

namespace {

void see(Found& f, bool found) {
  ++(found ? f.hits : f.misses);
}

Found found_by(const Get&, const Get::Reply& r) {
  return {r ? 1u : 0u, r ? 0u : 1u};
}
Found found_by(const MGet&, const MGet::Reply& r) {
  Found f;
  for (const auto& value : r) see(f, value.has_value());
  return f;
}
Found found_by(const Exists& c, const std::int64_t& r) {
  auto hits = static_cast<std::uint64_t>(r);
  return {hits, c.keys.size() - hits};
}
Found found_by(const TypeOf&, const Status& r) {
  Found f;
  see(f, r.text != "none");
  return f;
}
template <class Op>
concept AsksForGet = std::is_same_v<Op, GetEx> || std::is_same_v<Op, GetDel> || std::is_same_v<Op, Dump>;
template <AsksForGet Op>
Found found_by(const Op&, const std::optional<std::string>& r) {
  Found f;
  see(f, r.has_value());
  return f;
}
// Collections are never empty, so that 0 means that there is none.
template <class Op>
concept Counts = std::is_same_v<Op, HLen> || std::is_same_v<Op, LLen> || std::is_same_v<Op, SCard> ||
                 std::is_same_v<Op, ZCard>;
template <Counts Op>
Found found_by(const Op&, const std::int64_t& r) {
  Found f;
  see(f, r != 0);
  return f;
}
template <class Op>
concept TellsTime = std::is_base_of_v<TtlBase, Op>;
template <TellsTime Op>
Found found_by(const Op&, const std::int64_t& r) {
  Found f;
  see(f, r != -2);
  return f;
}
template <class Op>
concept ShowsAll = std::is_same_v<Op, HGetAll> || std::is_same_v<Op, SMembers>;
template <ShowsAll Op>
Found found_by(const Op&, const typename Op::Reply& r) {
  Found f;
  see(f, !r.items.empty());
  return f;
}
template <class Op>
concept ListsAll = std::is_same_v<Op, HKeys> || std::is_same_v<Op, HVals>;
template <ListsAll Op>
Found found_by(const Op&, const std::vector<std::string>& r) {
  Found f;
  see(f, !r.empty());
  return f;
}

template <class Op>
constexpr Finder finder_of() {
  if constexpr (requires(const Op& op, const typename Op::Reply& r) { found_by(op, r); } &&
                !std::is_same_v<Op, Touch>)
    return [](const void* op, const void* r) {
      return found_by(*static_cast<const Op*>(op), *static_cast<const typename Op::Reply*>(r));
    };
  else
    return nullptr;
}
template <class... Ops>
constexpr std::array<Finder, sizeof...(Ops)> finders_of(Operations<Ops...>) {
  return {finder_of<Ops>()...};
}

}  // namespace

Finder finder_of_code(std::uint16_t code) {
  static constexpr auto finders = finders_of(AllOperations{});
  return finders[code];
}

}  // namespace playhead
