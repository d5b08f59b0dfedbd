"""The families of commands as classes; what their methods take and give stands in _families.pyi.

A batch's methods and a store's are the same objects in C++, but a batch's give None: hence the names Queued
(a batch's) and Transaction (only writes give None).
"""

from playhead import _playhead

FAMILIES = ("Strings", "Keys", "Hashes", "Lists", "Sets", "ZSets", "HyperLogLogs", "Channels", "Scripts")

for _name in FAMILIES:
    for _kind in ("", "Queued", "Transaction"):
        globals()[_kind + _name] = getattr(_playhead, _name)
