"""JSON, imported when it is first needed: it would be a tenth of the time that importing playhead takes."""

from types import ModuleType


def json() -> ModuleType:
    """Import json."""
    import json

    return json
