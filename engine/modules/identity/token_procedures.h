#pragma once
// The procedures of Tokens. Each has one key, the user's tokens (token_record.h), and after the time these
// arguments:
//
//     tokens.issue       user, id, check, idle, absolute, limit, slack, data     -> when it ends at the
//     latest tokens.validate    id, check, touch interval, slack                        -> nothing, or user,
//     issued, seen, end, data tokens.rotate      id, check, new id, new check, grace, slack              ->
//     nothing, or when the new one ends at the latest tokens.revoke      id, check (empty: whatever it is) ->
//     whether it was good tokens.revoke_all  id to keep or nothing, its check                        -> how
//     many were good; 0 if the one to keep is not good tokens.list -> id, issued, seen, end, data of each
//     good one, oldest first
#include "playhead/store.h"

namespace playhead::identity {

extern const Procedure issue_token, validate_token, rotate_token, revoke_token, revoke_tokens, list_tokens;

}  // namespace playhead::identity
