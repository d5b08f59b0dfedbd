#pragma once
// Lists that are read newest first, page by page. A cursor names the last item that was read, not a position:
// items that come or go between two reads are neither repeated nor skipped.
#include "playhead/modules/namespace.h"

namespace playhead {

/// Longest page.
inline constexpr std::int64_t max_page = 1000;

/// A page of a list.
template <class T>
struct ListPage {
  std::vector<T> items;
  std::string next;  ///< the cursor of the next page; empty: this is the last one
};

/// Where a page begins in a sorted set read from its greatest score down: behind this member, or, without
/// one, at the front.
struct PageCursor {
  double score = 0;
  std::string member;
  bool operator==(const PageCursor&) const = default;

  /// As text for callers: letters, digits, - and _ only. Opaque to them.
  std::string text() const;
  /// Reads such a text; nothing if it is empty. Throws Error{invalid} if it is no cursor.
  static std::optional<PageCursor> parse(Text text);
};

/// Writes the arguments of a page: whether there is a cursor, its score and member, how many. Throws
/// Error{invalid} unless count is from 1 to max_page. One more than `count` is asked for, so that the last
/// page is known to be the last. Borrows the cursor.
void write_page(ArgumentWriter& args, const std::optional<PageCursor>& cursor, std::int64_t count);

/// Reads those arguments inside a body, and the page itself. O(log n + count), and O(log^2 n) among equal
/// scores.
std::vector<ScoredMember> read_page(Unit& unit, std::uint16_t db, Text key, ArgumentReader& args);

/// The same for scripts: `page(key, i)`, its arguments beginning at ARGV[i], gives member, score, member,
/// score, ... Members with equal scores stand in the order of their bytes, so that the place of a member
/// among them is found by halving, whether or not it is still there. Rank 0 is the greatest score, then the
/// greatest member.
inline constexpr Text lua_page = R"lua(
local function before(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end
local function page(key, i)
  local given, score, member, count = ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3])
  local low = 0
  if given == '1' then
    low = redis.call('ZCOUNT', key, '(' .. score, '+inf')
    local high = low + redis.call('ZCOUNT', key, score, score)
    while low < high do
      local middle = math.floor((low + high) / 2)
      if before(redis.call('ZREVRANGE', key, middle, middle)[1], member) then high = middle else low = middle + 1 end
    end
  end
  return redis.call('ZREVRANGE', key, low, low + count - 1, 'WITHSCORES')
end
)lua";

/// zset.page: one page of a sorted set. Keys: the sorted set. Arguments: time, page. Gives member, score, ...
extern const Procedure zset_page;

/// Takes the extra item off, and makes the cursor of what is left.
std::string finish_page(std::vector<ScoredMember>& items, std::int64_t count);

/// Runs zset.page.
ListPage<ScoredMember> list_page(const Namespace& space, Text key, Text cursor, std::int64_t count);

/// The members and scores of a flat reply: member, score, member, score, ...
std::vector<ScoredMember> scored_members(const Value& reply);

}  // namespace playhead
