#include "playhead/modules/leaderboard.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/modules/numbers/leaderboard_procedures.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr std::int64_t most_members = 10'000'000, most_at_once = 1'000, most_data = 16'384;

std::int64_t rule_of(Ties ties) {
  constexpr std::int64_t codes[] = {1, 2, 0};
  return codes[static_cast<std::size_t>(ties)];
}

double sign_of(ScoreOrder order) {
  return order == ScoreOrder::highest_first ? -1 : 1;
}

void check_finite(Text name, double x) {
  if (!std::isfinite(x)) throw Error(ErrorCode::invalid, std::string(name) + " must be a finite number");
}

}  // namespace

/// What leaderboard.read told.
struct Leaderboard::Read {
  std::int64_t total = 0, equal = 0;
  std::vector<Standing> items;
  std::vector<PageCursor> cursors;  // of each item
};

Leaderboard::Leaderboard(Namespace space, Text name, LeaderboardOptions options)
    : space_(std::move(space)), options_(options) {
  check_id("name", name);
  check_range("max_size", options_.max_size, 0, most_members);
  check_range("reserve", options_.reserve, 0, most_members);
  std::string rule = std::to_string(rule_of(options_.ties));
  rule += options_.order == ScoreOrder::highest_first ? "high" : "low";
  order_key_ = space_.keys().key("leaderboard", name, {rule, "order"});
  places_key_ = space_.keys().key("leaderboard", name, {rule, "places"});
  data_key_ = space_.keys().key("leaderboard", name, {rule, "data"});
}

// ---- scores

ScoreChanges Leaderboard::change(Text mode, List<MemberScore> scores) {
  check_range("the number of members", static_cast<std::int64_t>(scores.size()), 0, most_at_once);
  ScoreChanges out;
  if (scores.empty()) return out;
  ArgumentWriter args(space_.time());
  args.text(mode).real(sign_of(options_.order)).integer(rule_of(options_.ties));
  args.integer(options_.max_size == 0 ? 0 : options_.max_size + options_.reserve);
  for (const MemberScore& item : scores) {
    check_id("member", item.member);
    check_finite("score", item.score);
    args.text(item.member).real(item.score);
  }
  Value reply = space_.invoke(numbers::change_scores, {order_key_, places_key_, data_key_}, args);
  const auto& parts = list_of(reply);
  std::size_t at = 0;
  for (; at < 3 * scores.size(); at += 3)
    out.changes.push_back(
        {parts.at(at + 1).to_real(), parts.at(at + 2).to_integer() + 1, parts.at(at).to_integer() == 1});
  for (; at + 1 < parts.size(); at += 2)
    out.forgotten.push_back({parts[at].to_string(), parts[at + 1].to_real()});
  return out;
}

ScoreChanges Leaderboard::add_scores(List<MemberScore> scores) {
  return change("set", scores);
}
ScoreChanges Leaderboard::increment_scores(List<MemberScore> scores) {
  return change("add", scores);
}
ScoreChanges Leaderboard::improve_scores(List<MemberScore> scores) {
  return change("best", scores);
}
ScoreChange Leaderboard::add_score(Text member, double score) {
  MemberScore item{member, score};
  return add_scores({&item, 1}).changes.at(0);
}
ScoreChange Leaderboard::increment_score(Text member, double by) {
  MemberScore item{member, by};
  return increment_scores({&item, 1}).changes.at(0);
}
ScoreChange Leaderboard::improve_score(Text member, double score) {
  MemberScore item{member, score};
  return improve_scores({&item, 1}).changes.at(0);
}

// ---- places

Leaderboard::Read Leaderboard::read(Text how, const std::function<void(ArgumentWriter&)>& rest) {
  ArgumentWriter args(space_.time());
  const double sign = sign_of(options_.order);
  args.text(how).real(sign).integer(rule_of(options_.ties)).integer(options_.max_size);
  rest(args);
  Value reply = space_.invoke(numbers::read_board, {order_key_, places_key_, data_key_}, args);
  const auto& parts = list_of(reply);
  Read out;
  out.total = parts.at(0).to_integer();
  std::int64_t rank = parts.at(1).to_integer() + 1;
  if (rank == 0) return out;
  std::int64_t shared = parts.at(2).to_integer() + 1;
  out.equal = parts.at(3).to_integer();
  const std::size_t digits = options_.ties == Ties::by_name ? 0 : numbers::place_digits;
  for (std::size_t i = 4; i + 2 < parts.size(); i += 3, ++rank) {
    std::string place = parts[i].to_string();
    double score = parts[i + 1].to_real();
    if (!out.items.empty() && out.items.back().score != score) shared = rank;
    out.items.push_back({place.substr(digits), score, rank, shared, parts[i + 2].to_string()});
    out.cursors.push_back({sign * score + 0, std::move(place)});
  }
  return out;
}

std::vector<Standing> Leaderboard::get_top(std::int64_t count) {
  return get_range(1, count);
}

std::vector<Standing> Leaderboard::get_range(std::int64_t from, std::int64_t count) {
  check_range("from", from, 1, max_exact_integer);
  check_range("count", count, 1, max_page);
  return read("range", [&](ArgumentWriter& args) { args.integer(from - 1).integer(count); }).items;
}

ListPage<Standing> Leaderboard::page(Text cursor, std::int64_t count) {
  auto from = PageCursor::parse(cursor);
  Read found = read("page", [&](ArgumentWriter& args) { write_page(args, from, count); });
  ListPage<Standing> page{std::move(found.items), {}};
  if (page.items.size() > static_cast<std::size_t>(count)) {
    page.items.pop_back();
    page.next = found.cursors[page.items.size() - 1].text();
  }
  return page;
}

std::vector<Standing> Leaderboard::get_around(Text member, std::int64_t count) {
  check_id("member", member);
  check_range("count", count, 0, (max_page - 1) / 2);
  return read("around", [&](ArgumentWriter& args) { args.text(member).integer(count); }).items;
}

std::optional<Standing> Leaderboard::get(Text member) {
  check_id("member", member);
  Read found = read("of", [&](ArgumentWriter& args) { args.text(member); });
  if (found.items.empty()) return std::nullopt;
  return std::move(found.items[0]);
}

std::optional<std::int64_t> Leaderboard::get_rank(Text member) {
  auto found = get_around(member, 0);
  if (found.empty()) return std::nullopt;
  return found[0].rank;
}

std::optional<double> Leaderboard::get_score(Text member) {
  auto found = get(member);
  if (!found) return std::nullopt;
  return found->score;
}

std::optional<double> Leaderboard::percentile(Text member) {
  check_id("member", member);
  Read found = read("around", [&](ArgumentWriter& args) { args.text(member).integer(0); });
  if (found.items.empty()) return std::nullopt;
  if (found.total == 1) return 100;
  std::int64_t worse = std::max<std::int64_t>(0, found.total - found.items[0].shared_rank + 1 - found.equal);
  return 100 * static_cast<double>(worse) / static_cast<double>(found.total - 1);
}

std::optional<Standing> Leaderboard::at_percentile(double percent) {
  check_finite("percent", percent);
  if (percent < 0 || percent > 100) throw Error(ErrorCode::invalid, "percent is outside 0..100");
  Read found = read("percent", [&](ArgumentWriter& args) { args.real(percent); });
  if (found.items.empty()) return std::nullopt;
  return std::move(found.items[0]);
}

// ---- members

bool Leaderboard::set_data(Text member, Text data) {
  check_id("member", member);
  check_range("the size of data", static_cast<std::int64_t>(data.size()), 0, most_data);
  ArgumentWriter args(space_.time());
  args.integer(rule_of(options_.ties)).text(member).text(data);
  return space_.invoke(numbers::set_member_data, {order_key_, places_key_, data_key_}, args).to_integer() ==
         1;
}

bool Leaderboard::remove_member(Text member) {
  return remove_members({&member, 1}) == 1;
}

std::int64_t Leaderboard::remove_members(List<Text> members) {
  check_range("the number of members", static_cast<std::int64_t>(members.size()), 0, most_at_once);
  if (members.empty()) return 0;
  ArgumentWriter args(space_.time());
  args.integer(rule_of(options_.ties));
  for (Text member : members) {
    check_id("member", member);
    args.text(member);
  }
  return space_.invoke(numbers::remove_members, {order_key_, places_key_, data_key_}, args).to_integer();
}

std::int64_t Leaderboard::get_total_members() {
  std::int64_t known = space_.run(ZCard{order_key_});
  return options_.max_size == 0 ? known : std::min(known, options_.max_size);
}

void Leaderboard::clear() {
  Text keys[] = {order_key_, places_key_, data_key_};
  space_.run(Unlink{{keys}});
}

List<Procedure> Leaderboard::procedures() {
  static const std::array all = {numbers::change_scores, numbers::read_board, numbers::remove_members,
                                 numbers::set_member_data};
  return all;
}

}  // namespace playhead
