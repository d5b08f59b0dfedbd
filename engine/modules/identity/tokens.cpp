#include "playhead/modules/tokens.h"

#include <array>

#include "engine/modules/identity/token_procedures.h"
#include "engine/modules/identity/token_space.h"
#include "engine/store/secure_bytes.h"

namespace playhead {

using namespace identity;

namespace {

identity::Group token_group(const TokenOptions& options, Text user_id) {
  return group_of("playhead.tokens", user_id, static_cast<std::uint16_t>(options.shards));
}

std::optional<Bearer> read(const TokenOptions& options, Text token) {
  auto bearer = Bearer::read(token);
  if (bearer && bearer->group.shard >= options.shards) return std::nullopt;
  return bearer;
}

/// The keys and the arguments of procedures on the tokens of one user.
class TokenCall {
 public:
  TokenCall(const Namespace& space, const TokenOptions& options, identity::Group group)
      : space_(space),
        group_(std::move(group)),
        keys_{tokens_key(space, group_), token_index_key(space, group_.shard, "recent"),
              token_index_key(space, group_.shard, "dropped")},
        last_(options.indexed ? Text(group_.hash) : Text()),
        args_(space.time()) {}
  ArgumentWriter& args() { return args_; }
  Value run(const Procedure& p) {
    return space_.invoke(p, {keys_[0], keys_[1], keys_[2]}, args_.text(last_));
  }
  Value run(const Procedure& p, Text key) {
    return space_.invoke(p, {keys_[0], keys_[1], keys_[2], key}, args_.text(last_));
  }

 private:
  const Namespace& space_;
  identity::Group group_;
  std::string keys_[3];
  Text last_;
  ArgumentWriter args_;
};

TokenInfo info(std::string id, std::string user_id, const Value* rest) {
  return {std::move(id),        std::move(user_id),   rest[3].to_string(),
          rest[0].to_integer(), rest[1].to_integer(), rest[2].to_integer()};
}

}  // namespace

Tokens::Tokens(Namespace space, TokenOptions options)
    : space_(std::move(space)), options_(checked(options)) {}

IssuedToken Tokens::issue(Text user_id, Text data) {
  check_range("the size of a token's data", static_cast<std::int64_t>(data.size()), 0, max_data);
  Bearer bearer = Bearer::make(token_group(options_, user_id));
  TokenCall call(space_, options_, bearer.group);
  call.args().text(user_id).text(bearer.id()).text(bearer.check());
  call.args().integer(options_.idle_timeout).integer(options_.absolute_timeout);
  call.args().integer(options_.tokens_per_user).integer(options_.slack).text(data);
  Value end = call.run(issue_token);
  return {bearer.text, hex(bearer.id()), end.to_integer()};
}

std::optional<TokenInfo> Tokens::validate(Text token) {
  auto given = read(options_, token);
  if (!given) return std::nullopt;
  TokenCall call(space_, options_, given->group);
  call.args().text(given->id()).text(given->check()).integer(options_.touch_interval).integer(options_.slack);
  Value found = call.run(validate_token);
  if (found.is_null()) return std::nullopt;
  const auto& parts = list_of(found);
  return info(hex(given->id()), parts.at(0).to_string(), &parts.at(1));
}

std::optional<IssuedToken> Tokens::rotate(Text token) {
  auto given = read(options_, token);
  if (!given) return std::nullopt;
  Bearer next = Bearer::make(given->group);
  TokenCall call(space_, options_, given->group);
  call.args().text(given->id()).text(given->check()).text(next.id()).text(next.check());
  call.args().integer(options_.rotation_grace).integer(options_.slack);
  Value end = call.run(rotate_token);
  if (end.is_null()) return std::nullopt;
  return IssuedToken{next.text, hex(next.id()), end.to_integer()};
}

bool Tokens::revoke(Text token) {
  auto given = read(options_, token);
  if (!given) return false;
  TokenCall call(space_, options_, given->group);
  call.args().text(given->id()).text(given->check());
  return call.run(revoke_token).to_integer() == 1;
}

bool Tokens::revoke_id(Text user_id, Text id) {
  TokenCall call(space_, options_, token_group(options_, user_id));
  auto bytes = id_of_name(id);
  if (!bytes) return false;
  call.args().text(*bytes).text("");
  return call.run(revoke_token).to_integer() == 1;
}

std::int64_t Tokens::revoke_all(Text user_id) {
  TokenCall call(space_, options_, token_group(options_, user_id));
  call.args().text("").text("");
  return call.run(revoke_tokens).to_integer();
}

std::int64_t Tokens::revoke_others(Text token) {
  auto given = read(options_, token);
  if (!given) return 0;
  TokenCall call(space_, options_, given->group);
  call.args().text(given->id()).text(given->check());
  return call.run(revoke_tokens).to_integer();
}

std::vector<TokenInfo> Tokens::list(Text user_id) {
  Value reply = TokenCall(space_, options_, token_group(options_, user_id)).run(list_tokens);
  const auto& parts = list_of(reply);
  std::vector<TokenInfo> out;
  for (std::size_t i = 0; i + 5 <= parts.size(); i += 5)
    out.push_back(info(hex(parts[i].to_string()), std::string(user_id), &parts[i + 1]));
  return out;
}

bool Tokens::view(Text token, Text item) {
  check_id("item", item);
  auto given = read(options_, token);
  if (!given) return false;
  TokenCall call(space_, options_, given->group);
  call.args().text(given->id()).text(given->check()).integer(options_.touch_interval).integer(options_.slack);
  call.args().text(item).integer(options_.viewed_items);
  return call.run(view_item, viewed_key(space_, given->group.shard, given->id())).to_integer() == 1;
}

std::vector<ViewedItem> Tokens::viewed(Text token) {
  auto given = read(options_, token);
  if (!given) return {};
  TokenCall call(space_, options_, given->group);
  call.args().text(given->id()).text(given->check());
  Value reply = call.run(viewed_items, viewed_key(space_, given->group.shard, given->id()));
  const auto& parts = list_of(reply);
  std::vector<ViewedItem> out;
  for (std::size_t i = 0; i + 2 <= parts.size(); i += 2)
    out.push_back({parts[i].to_string(), parts[i + 1].to_integer()});
  return out;
}

List<Procedure> Tokens::procedures() {
  static const std::array all = {issue_token,   validate_token, rotate_token, revoke_token,
                                 revoke_tokens, list_tokens,    view_item,    viewed_items};
  return all;
}

}  // namespace playhead
