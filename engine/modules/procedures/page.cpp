#include "playhead/modules/page.h"

#include <limits>

#include "engine/store/numbers.h"
#include "engine/store/secure_bytes.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr Text zset_page_text = R"lua(
return page(KEYS[1], 2)
)lua";

constexpr Score infinity{std::numeric_limits<double>::infinity(), false};

std::int64_t first_rank_behind(Unit& unit, std::uint16_t db, Text key, double score, Text member) {
  std::int64_t low = unit.run(ZCount{key, {score, true}, infinity}, db);
  std::int64_t high = low + unit.run(ZCount{key, {score, false}, {score, false}}, db);
  while (low < high) {
    std::int64_t middle = (low + high) / 2;
    if (unit.run(ZRevRange{key, middle, middle, false}, db).at(0).member < member)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

Value page_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  std::vector<Value> out;
  for (const ScoredMember& item : read_page(unit, db, keys[0], in)) {
    char buffer[double_text_size];
    out.push_back(Value::bulk(item.member));
    out.push_back(Value::bulk(format_double(item.score, buffer)));
  }
  return Value::array(std::move(out));
}

}  // namespace

const Procedure zset_page{"zset.page", page_body, lua_script<lua_page, zset_page_text>};

std::string PageCursor::text() const {
  char buffer[double_text_size];
  return base64url(std::string(format_double(score, buffer)) + ":" + member);
}

std::optional<PageCursor> PageCursor::parse(Text text) {
  if (text.empty()) return std::nullopt;
  auto bytes = text.size() > 4 * max_segment ? std::nullopt : from_base64url(text);
  std::size_t colon = bytes ? bytes->find(':') : std::string::npos;
  PageCursor cursor;
  if (colon == std::string::npos || !parse_double(Text(*bytes).substr(0, colon), cursor.score))
    throw Error(ErrorCode::invalid,
                "that is not a cursor of a page; pass `next` of the page before, or nothing");
  cursor.member = bytes->substr(colon + 1);
  return cursor;
}

void write_page(ArgumentWriter& args, const std::optional<PageCursor>& cursor, std::int64_t count) {
  check_range("count", count, 1, max_page);
  args.integer(cursor ? 1 : 0)
      .real(cursor ? cursor->score : 0)
      .text(cursor ? Text(cursor->member) : Text())
      .integer(count + 1);
}

std::vector<ScoredMember> read_page(Unit& unit, std::uint16_t db, Text key, ArgumentReader& args) {
  bool given = args.integer() == 1;
  double score = args.real();
  Text member = args.text();
  std::int64_t count = args.integer();
  std::int64_t from = given ? first_rank_behind(unit, db, key, score, member) : 0;
  return unit.run(ZRevRange{key, from, from + count - 1, true}, db);
}

std::string finish_page(std::vector<ScoredMember>& items, std::int64_t count) {
  if (items.size() <= static_cast<std::size_t>(count)) return {};
  items.resize(static_cast<std::size_t>(count));
  return PageCursor{items.back().score, items.back().member}.text();
}

ListPage<ScoredMember> list_page(const Namespace& space, Text key, Text cursor, std::int64_t count) {
  auto from = PageCursor::parse(cursor);
  ArgumentWriter args(space.time());
  write_page(args, from, count);
  ListPage<ScoredMember> page{scored_members(space.invoke(zset_page, {key}, args)), {}};
  page.next = finish_page(page.items, count);
  return page;
}

std::vector<ScoredMember> scored_members(const Value& reply) {
  std::vector<ScoredMember> out;
  const auto& items = list_of(reply);
  for (std::size_t i = 0; i + 1 < items.size(); i += 2)
    out.push_back({items[i].to_string(), items[i + 1].to_real()});
  return out;
}

}  // namespace playhead
