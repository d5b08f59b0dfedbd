#pragma once
// The procedures of Leaderboard, and where the data are:
//
//     order   zset   place -> sign * score; the best one first
//     places  hash   member -> 16 digits of when it reached its score; "" -> how many times one was reached.
//                    With ties by name there is none
//     data    hash   member -> bytes
//
// A place is the member behind its digits; members with equal scores thus stand in the order of the rule. The
// digits are those of 2^53 - 1 - n where the last one to reach a score stands first. `ties` is 0 by name, 1
// first, 2 last to reach; sign is -1 where the highest score is the best.
//
// leaderboard.change  keys: order, places, data; arguments: time, set | add | best, sign, ties, members kept (0:
//                     all), then member, score ...
//                     -> known, score, rank from 0 (-1: forgotten) of each; then member, score of who was forgotten
// leaderboard.read    keys: order, places, data; arguments: time, how, sign, ties, places on the board (0: no limit),
//                     then  range: first rank, count | around: member, count | of: member | page: whether there is
//                     a cursor, its score and place, count | percent: percentage
//                     -> size of the board, first rank (-1: nothing to tell); better and equal scores than the
//                     first one's; then place, score, data of each. `of` also finds who is below the board
// leaderboard.remove  keys: order, places, data; arguments: time, ties, members -> how many were known
// leaderboard.data    keys: order, places, data; arguments: time, ties, member, bytes -> whether it is known
#include "playhead/store.h"

namespace playhead::numbers {

inline constexpr std::size_t place_digits = 16;

extern const Procedure change_scores, read_board, remove_members, set_member_data;

}  // namespace playhead::numbers
