#pragma once
// The procedure of Chat. Its key is the history of a room: a list of messages, the newest first, each of them
// fields (fields.h): id, user, at, text.
//
//     chat.publish   channel, history limit, id, user, text   -> the time of the message
#include "playhead/store.h"

namespace playhead::messaging {

extern const Procedure chat_publish;

}  // namespace playhead::messaging
