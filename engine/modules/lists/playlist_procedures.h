#pragma once
// The procedures of Playlists, and where the data are:
//
//     info     hash   owner, name, public (0 or 1), created             \  of a playlist
//     videos   zset   video -> a number that orders them                /
//     all      zset   playlist -> when it was created                   \.
//     shown    zset   the same for public ones                           > of its owner
//     names    hash   playlist -> public (0 or 1), then the name        /
//
// Neighbours in an order are `gap` apart at first; a video that is put between two takes the middle, and when there is
// none all are numbered anew.
//
// Results of changes: 0 done, 1 unchanged, 2 missing, 3 denied, 4 full (PlaylistResult).
//
// playlist.create  arguments: time, playlist, owner, name, public, limit, then videos -> result
// playlist.edit    arguments: time, user, playlist, name | public | delete, value -> result
//                  Both have the keys info, videos, all, shown, names
// playlist.change  keys: info, videos; arguments: time, user, add | remove | move, video, position (-1: last), limit
//                  -> result
// playlist.read    keys: info, videos; arguments: time, viewer, whether there is a cursor, its position and video,
//                  count -> nothing, or owner, name, public, created, videos, first position, videos
// playlist.list    keys: all or shown, names; arguments: time, page -> playlist, created, public and name of each
#include "playhead/store.h"

namespace playhead::lists {

extern const Procedure create_playlist, edit_playlist, change_playlist, read_playlist, list_playlists;

}  // namespace playhead::lists
