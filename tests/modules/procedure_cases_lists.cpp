#include "playhead/modules/favorites.h"
#include "playhead/modules/following.h"
#include "playhead/modules/playlists.h"
#include "tests/modules/procedure_cases.h"

namespace playhead::test {

namespace {

std::string some_time(Random& r) {
  return number(r() % 3 == 0 ? 0 : 1'700'000'000'000 + one_of(r, {0, 1, 2}));
}

ProcedureCases favorite_cases() {
  return {
      {"favorites.add",
       [](Random& r, Millis) -> ProcedureCall {
         return {{one_of(r, Texts{"list1", "list2"}), one_of(r, Texts{"counts1", "counts2"})},
                 {one_of(r, ids()), some_time(r), number(one_of(r, {1, 3, 100}))}};
       }},
      {"favorites.remove",
       [](Random& r, Millis) -> ProcedureCall {
         Texts keys = {one_of(r, Texts{"list1", "list2"})}, args;
         for (std::int64_t n = one_of(r, {1, 2, 3}); n > 0; --n) {
           keys.push_back(one_of(r, Texts{"counts1", "counts2"}));
           args.push_back(one_of(r, ids()));
         }
         return {keys, args};
       }},
  };
}

ProcedureCases follow_cases() {
  const Texts users = {"u", "v", "{w}", std::string("\xff\0", 2)};
  return {
      {"follow.add",
       [=](Random& r, Millis) -> ProcedureCall {
         std::string user = one_of(r, users), other = one_of(r, users);
         return {{"following" + user, "followers" + other},
                 {user, other, some_time(r), number(one_of(r, {1, 2, 100}))}};
       }},
      {"follow.remove",
       [=](Random& r, Millis) -> ProcedureCall {
         std::string user = one_of(r, users);
         bool out = r() % 2 == 0;
         Texts keys = {(out ? "following" : "followers") + user}, args = {user};
         for (std::int64_t n = one_of(r, {1, 2}); n > 0; --n) {
           args.push_back(one_of(r, users));
           keys.push_back((out ? "followers" : "following") + args.back());
         }
         return {keys, args};
       }},
  };
}

Texts playlist_keys(const std::string& id) {
  return {"info" + id, "videos" + id, "all", "shown", "names"};
}

std::string playlist_id(Random& r) {
  return one_of(r, Texts{"p", "q", "r", "s"});
}

ProcedureCases playlist_cases() {
  const Texts users = {"u", "v"};
  return {
      {"playlist.create",
       [=](Random& r, Millis) -> ProcedureCall {
         std::string id = playlist_id(r);
         Texts args = {id, one_of(r, users), one_of(r, Texts{"name", "0", "\xff"}), number(one_of(r, {0, 1})),
                       number(one_of(r, {1, 3, 100}))};
         for (std::int64_t n = one_of(r, {0, 1, 5}); n > 0; --n) args.push_back(one_of(r, ids()));
         return {playlist_keys(id), args};
       }},
      {"playlist.edit",
       [=](Random& r, Millis) -> ProcedureCall {
         std::string id = playlist_id(r), what = one_of(r, Texts{"name", "public", "public", "delete"});
         return {playlist_keys(id),
                 {one_of(r, users), id, what,
                  what == "public" ? number(one_of(r, {0, 1})) : one_of(r, Texts{"name", "other"})}};
       }},
      {"playlist.change",
       [=](Random& r, Millis) -> ProcedureCall {
         std::string id = playlist_id(r);
         return {{"info" + id, "videos" + id},
                 {one_of(r, users), one_of(r, Texts{"add", "add", "move", "move", "move", "remove"}),
                  one_of(r, ids()), number(one_of(r, {-1, 0, 1, 1, 1, 1, 2, 9})),
                  number(one_of(r, {1, 6, 100}))}};
       }},
      {"playlist.read",
       [=](Random& r, Millis) -> ProcedureCall {
         std::string id = playlist_id(r);
         return {{"info" + id, "videos" + id},
                 {one_of(r, Texts{"u", "v", ""}), number(one_of(r, {0, 1})), number(one_of(r, {0, 1, 5})),
                  one_of(r, ids()), number(one_of(r, {0, 1, 2, 100}))}};
       }},
      {"playlist.list",
       [=](Random& r, Millis now) -> ProcedureCall {
         return {{one_of(r, Texts{"all", "shown"}), "names"},
                 {number(one_of(r, {0, 1})), number(now - one_of(r, {0, 1, 2, 1000, -5})), playlist_id(r),
                  number(one_of(r, {1, 2, 100}))}};
       }},
  };
}

const ProcedureGroup favorites("favorites", {Favorites::procedures()}, favorite_cases(),
                               {
                                   {"favorites.add", ">= tonumber", "> tonumber"},
                                   {"favorites.add", "redis.call('ZINCRBY', KEYS[2], 1, video)", ""},
                                   {"favorites.remove", "KEYS[i], -1", "KEYS[i], -2"},
                                   {"favorites.remove", "<= 0", "< 0"},
                               });

const ProcedureGroup following("following", {Following::procedures()}, follow_cases(),
                               {
                                   {"follow.add", "redis.call('ZADD', KEYS[2], int(at), user)", ""},
                                   {"follow.add", ">= tonumber", "> tonumber"},
                                   {"follow.remove", "KEYS[i - 1]", "KEYS[2]"},
                               });

const ProcedureGroup playlists("playlists", {Playlists::procedures()}, playlist_cases(),
                               {
                                   {"playlist.create", "'NX', ", ""},
                                   {"playlist.create", "if public == '1'", "if public == '0'"},
                                   {"playlist.edit", "if owner ~= user then return 3 end", ""},
                                   {"playlist.edit", "redis.call('ZREM', KEYS[4], playlist)", ""},
                                   {"playlist.edit", "HSET', KEYS[5]", "HSETNX', KEYS[5]"},
                                   {"playlist.change", "behind - before < 2", "behind - before < 3"},
                                   {"playlist.change", "position > size then", "position > 0 then"},
                                   {"playlist.read", "from and from + 1", "from"},
                                   {"playlist.list", "KEYS[2], items[i])", "KEYS[2], items[1])"},
                               });

}  // namespace

}  // namespace playhead::test
