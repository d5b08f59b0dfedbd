#include "playhead/modules/feed.h"

#include <algorithm>

#include "playhead/error.h"

namespace playhead {

Feed::Feed(Namespace space, FeedParts parts, FeedOptions options)
    : space_(std::move(space)), parts_(std::move(parts)), options_(options) {
  if (!parts_.recommender) throw Error(ErrorCode::invalid, "a feed needs a recommender; make one first");
  if (!parts_.tokens)
    throw Error(ErrorCode::invalid, "a feed needs tokens to know its users by; make some first");
  check_range("most", options_.most, 1, 1000);
}

/// Whether the request may go on; fills in who asks, and what is left to him.
bool Feed::admit(Text access_token, FeedReply& reply) {
  auto token = parts_.tokens->validate(access_token);
  if (!token) return false;
  reply.user_id = std::move(token->user_id);
  reply.status = FeedStatus::served;
  if (!parts_.limiter) return true;
  RateDecision decision = parts_.limiter->check(reply.user_id);
  reply.remaining = decision.remaining;
  reply.reset_after = decision.reset_after;
  if (decision.allowed) return true;
  reply.status = FeedStatus::rate_limited;
  reply.retry_after = decision.retry_after.value_or(decision.reset_after);
  return false;
}

std::vector<Recommendation> Feed::choose(const FeedRequest& request, Millis at, FeedReply& reply,
                                         std::string& region) {
  region = request.region ? std::string(*request.region) : std::string();
  auto count = static_cast<std::size_t>(request.count);
  // The user's last region is looked up only where it is needed.
  if (parts_.preheater || (parts_.placement && region.empty())) {
    auto profile = parts_.recommender->profile(reply.user_id, at);
    if (profile && region.empty()) region = profile->region.value_or("");
    if (!profile && parts_.preheater && request.count <= parts_.preheater->count()) {
      reply.preheated = true;
      auto list = parts_.preheater->get(region.empty() ? Preheater::everywhere : Text(region));
      if (list.size() > count) list.resize(count);
      return list;
    }
  }
  return parts_.recommender->recommend(reply.user_id, {count, at, request.region, true});
}

void Feed::place(Text region, std::vector<FeedItem>& items) {
  if (!parts_.placement || items.empty()) return;
  std::vector<Text> ids;
  for (const FeedItem& item : items) ids.emplace_back(item.recommendation.video_id);
  // Of those whose region is unknown nobody is near: Preheater::everywhere is no node's region.
  auto choices = parts_.placement->nearest(region.empty() ? Preheater::everywhere : region, ids);
  for (std::size_t i = 0; i < items.size(); ++i) items[i].node = std::move(choices[i]);
}

void Feed::record(const FeedRequest& request, Millis at, const FeedReply& reply) {
  if (!request.record_impressions.value_or(options_.record_impressions) || reply.items.empty()) return;
  std::vector<EventRecord> shown;
  for (const FeedItem& item : reply.items)
    shown.push_back({.user_id = reply.user_id,
                     .video_id = item.recommendation.video_id,
                     .event = VideoEvent::impression,
                     .at = at,
                     .device = request.device,
                     .region = request.region});
  parts_.recommender->record_many(shown);
}

FeedReply Feed::get(Text access_token, const FeedRequest& request) {
  check_range("count", request.count, 1, options_.most);
  if (request.region) check_id("region", *request.region);
  if (request.device) check_id("device", *request.device);
  FeedReply reply;
  if (!admit(access_token, reply)) return reply;
  Millis at = request.at ? *request.at : space_.now();
  std::string region;
  for (Recommendation& one : choose(request, at, reply, region)) reply.items.push_back({std::move(one), {}});
  place(region, reply.items);
  record(request, at, reply);
  return reply;
}

std::optional<Recommendation> Feed::explain(Text user_id, Text video_id, std::optional<Text> region,
                                            std::optional<Millis> at) {
  check_id("video_id", video_id);
  Recommender& recommender = *parts_.recommender;
  Recommender::Request request{static_cast<std::size_t>(options_.most), at ? *at : space_.now(), region,
                               true};
  for (bool all : {false, true}) {
    if (all) request.count = std::max<std::size_t>(recommender.videos(), 1);
    request.exclude_seen = !all;
    for (Recommendation& one : recommender.recommend(user_id, request))
      if (one.video_id == video_id) return std::move(one);
  }
  return std::nullopt;
}

}  // namespace playhead
