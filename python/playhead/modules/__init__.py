"""The modules of a video platform: tokens, activity, lists, caching, recommendations.

A module works on a store, under a prefix of its keys; two modules of a kind share their data if both agree.
What a method does is one atomic step and one round trip, on every store. Times and spans are integer
milliseconds. Ids are str or bytes, at most 1 KiB, and come back as str, or as bytes if they are not UTF-8.
"""

from playhead.modules import (
    activity,
    cache,
    caching,
    carts,
    coordination,
    counts,
    decorators,
    deep_fm,
    feed,
    filters,
    hashing,
    identity,
    inventory,
    lists,
    messaging,
    numbers,
    pages,
    placement,
    pubsub,
    rankings,
    rates,
    recommend,
    records,
    secure_sessions,
    sessions,
    tasks,
    token_limit,
    watch_later,
    workers,
)
from playhead.modules.activity import *
from playhead.modules.cache import *
from playhead.modules.caching import *
from playhead.modules.carts import *
from playhead.modules.coordination import *
from playhead.modules.counts import *
from playhead.modules.decorators import *
from playhead.modules.deep_fm import *
from playhead.modules.feed import *
from playhead.modules.filters import *
from playhead.modules.hashing import *
from playhead.modules.identity import *
from playhead.modules.inventory import *
from playhead.modules.lists import *
from playhead.modules.messaging import *
from playhead.modules.numbers import *
from playhead.modules.pages import *
from playhead.modules.placement import *
from playhead.modules.pubsub import *
from playhead.modules.rankings import *
from playhead.modules.rates import *
from playhead.modules.recommend import *
from playhead.modules.records import *
from playhead.modules.secure_sessions import *
from playhead.modules.sessions import *
from playhead.modules.tasks import *
from playhead.modules.token_limit import *
from playhead.modules.watch_later import *
from playhead.modules.workers import *

__all__: list[str] = []
__all__ += activity.__all__
__all__ += cache.__all__
__all__ += caching.__all__
__all__ += carts.__all__
__all__ += coordination.__all__
__all__ += counts.__all__
__all__ += decorators.__all__
__all__ += deep_fm.__all__
__all__ += feed.__all__
__all__ += filters.__all__
__all__ += hashing.__all__
__all__ += identity.__all__
__all__ += inventory.__all__
__all__ += lists.__all__
__all__ += messaging.__all__
__all__ += numbers.__all__
__all__ += pages.__all__
__all__ += placement.__all__
__all__ += pubsub.__all__
__all__ += rankings.__all__
__all__ += rates.__all__
__all__ += recommend.__all__
__all__ += records.__all__
__all__ += secure_sessions.__all__
__all__ += sessions.__all__
__all__ += tasks.__all__
__all__ += token_limit.__all__
__all__ += watch_later.__all__
__all__ += workers.__all__
