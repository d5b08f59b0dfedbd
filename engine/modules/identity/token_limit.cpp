#include "playhead/modules/token_limit.h"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/modules/identity/token_procedures.h"
#include "engine/modules/identity/token_space.h"
#include "engine/store/background.h"
#include "playhead/error.h"

namespace playhead {

using namespace identity;

TokenLimit::TokenLimit(Namespace space, TokenOptions tokens, TokenLimitOptions options)
    : space_(std::move(space)),
      tokens_(checked(tokens)),
      options_(options),
      background_(new Background("token limit", options_.longest_wait, [this](const auto&) -> Millis {
        return step().more ? 0 : options_.longest_wait;
      })) {
  if (!tokens_.indexed)
    throw Error(ErrorCode::invalid,
                "a limit needs tokens that are indexed; set `indexed` wherever they are used");
  check_range("limit", options_.limit, 0, max_exact_integer);
  check_range("batch", options_.batch, 1, 1000);
  check_range("longest_wait", options_.longest_wait, 1, 3'600'000);
}

TokenLimit::~TokenLimit() {
  background_.reset();
}

std::int64_t TokenLimit::count() {
  std::int64_t all = 0;
  for (std::int64_t shard = 0; shard < tokens_.shards; ++shard)
    all += space_.run(ZCard{token_index_key(space_, static_cast<std::uint16_t>(shard), "recent")});
  return all;
}

// The oldest of all are among the oldest of each part. A part may have more of them than one batch: then only those
// not newer than the last one seen of it are known to be the oldest of all.
//
// They are counted after they were read: what others drop meanwhile is not counted any more, so that no two who do
// this at once drop more than is too much.
std::vector<std::vector<TokenLimit::Candidate>> TokenLimit::victims(Millis now, TokenLimitReport& report) {
  struct Old {
    Candidate token;
    std::size_t shard;
  };
  std::vector<Old> oldest;
  Millis known = std::numeric_limits<Millis>::max();
  std::string last = std::to_string(options_.batch - 1);
  for (std::int64_t shard = 0; shard < tokens_.shards; ++shard) {
    std::string key = token_index_key(space_, static_cast<std::uint16_t>(shard), "recent");
    ZRange range{key};
    range.range.stop = last;
    range.withscores = true;
    auto items = space_.run(range);
    for (ScoredMember& item : items)
      oldest.push_back(
          {{std::move(item.member), static_cast<Millis>(item.score)}, static_cast<std::size_t>(shard)});
    if (static_cast<std::int64_t>(items.size()) == options_.batch)
      known = std::min(known, oldest.back().token.seen);
  }
  report.tokens = count();
  std::int64_t excess = report.tokens - options_.limit;
  std::stable_sort(oldest.begin(), oldest.end(),
                   [](const Old& a, const Old& b) { return a.token.seen < b.token.seen; });
  std::vector<std::vector<Candidate>> out(static_cast<std::size_t>(tokens_.shards));
  for (Old& old : oldest) {
    bool ended = old.token.seen + tokens_.idle_timeout <= now;
    if (!ended && (excess <= 0 || old.token.seen > known)) {
      report.more |= excess > 0;
      break;
    }
    --excess;
    out[old.shard].push_back(std::move(old.token));
  }
  for (const auto& batch : out) report.more |= static_cast<std::int64_t>(batch.size()) == options_.batch;
  return out;
}

std::int64_t TokenLimit::trim(std::uint16_t shard, const std::vector<Candidate>& tokens) {
  std::vector<std::string> names = {token_index_key(space_, shard, "recent"),
                                    token_index_key(space_, shard, "dropped")};
  ArgumentWriter args(space_.time());
  for (const Candidate& token : tokens) {
    std::string id = token.member.substr(half_digest);
    names.push_back(tokens_key(space_, {token.member.substr(0, half_digest), shard}));
    names.push_back(viewed_key(space_, shard, id));
    names.push_back(token_cart_key(space_, shard, id));
    args.text(token.member).integer(token.seen);
  }
  std::vector<Text> keys(names.begin(), names.end());
  return space_.invoke(trim_tokens, keys, args).to_integer();
}

std::int64_t TokenLimit::sweep(std::uint16_t shard) {
  std::vector<std::string> names = {token_index_key(space_, shard, "dropped")};
  auto ids = space_.run(LRange{names[0], 0, options_.batch - 1});
  if (ids.empty()) return 0;
  ArgumentWriter args(space_.time());
  for (const std::string& id : ids) {
    names.push_back(viewed_key(space_, shard, id));
    names.push_back(token_cart_key(space_, shard, id));
    args.text(id);
  }
  std::vector<Text> keys(names.begin(), names.end());
  return space_.invoke(sweep_tokens, keys, args).to_integer();
}

TokenLimitReport TokenLimit::step(std::optional<Millis> now) {
  TokenLimitReport report;
  auto old = victims(now ? *now : space_.now(), report);
  for (std::size_t shard = 0; shard < old.size(); ++shard) {
    if (!old[shard].empty()) report.dropped += trim(static_cast<std::uint16_t>(shard), old[shard]);
    std::int64_t cleaned = sweep(static_cast<std::uint16_t>(shard));
    report.cleaned += cleaned;
    report.more |= cleaned == options_.batch;
  }
  return report;
}

void TokenLimit::run_in_background(std::function<void(Text)> on_error) {
  background_->start(std::move(on_error));
}

void TokenLimit::stop_background() {
  background_->stop();
}

bool TokenLimit::running() const {
  return background_->running();
}

List<Procedure> TokenLimit::procedures() {
  static const std::array all = {trim_tokens, sweep_tokens};
  return all;
}

}  // namespace playhead
