#pragma once
// The typed views, one class per family: Strings{store}.get("key").
#include "playhead/views/bits.h"
#include "playhead/views/hashes.h"
#include "playhead/views/hyperloglog.h"
#include "playhead/views/keyspace.h"
#include "playhead/views/lists.h"
#include "playhead/views/pubsub.h"
#include "playhead/views/scripts.h"
#include "playhead/views/sets.h"
#include "playhead/views/strings.h"
#include "playhead/views/zsets.h"
