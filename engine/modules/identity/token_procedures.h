#pragma once
// The procedures of Tokens and TokenLimit. Those of Tokens have the keys and the last argument of token_unit.h; after
// the time their arguments are
//
//     tokens.issue       user, id, check, idle, absolute, limit, slack, data  -> when it ends at the latest
//     tokens.validate    id, check, touch interval, slack  -> nothing, or user, issued, seen, end, data
//     tokens.rotate      id, check, new id, new check, grace, slack  -> nothing, or when the new one ends at the latest
//     tokens.revoke      id, check (empty: whatever it is)  -> whether it was good
//     tokens.revoke_all  id to keep or nothing, its check  -> how many were good; 0 if the one to keep is not good
//     tokens.list        -> id, issued, seen, end, data of each good one, oldest first
//     tokens.view        id, check, touch interval, slack, item, how many items are kept; one more key, the items that
//                        were viewed  -> whether the token is good
//     tokens.viewed      id, check; the same key  -> item, time, of each, newest first
//
// Those of TokenLimit, in one shard:
//
//     tokens.trim        keys: when tokens were last used, those that were dropped; then for each token the user's
//                        tokens, its viewed items, its cart. Arguments: member and time of each. Drops those that
//                        were not used since that time  -> how many
//     tokens.sweep       keys: dropped tokens; then viewed items and cart of each. Arguments: ids, from the front of
//                        the list on  -> how many
#include "playhead/store.h"

namespace playhead::identity {

extern const Procedure issue_token, validate_token, rotate_token, revoke_token, revoke_tokens, list_tokens,
    view_item, viewed_items;
extern const Procedure trim_tokens, sweep_tokens;

}  // namespace playhead::identity
