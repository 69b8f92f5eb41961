"""What a user reads when something does not fit."""
from contextlib import contextmanager

import pytest


@contextmanager
def fails(error, *parts):
    """Expect an error whose message has all parts; yields its info."""
    with pytest.raises(error) as info:
        yield info
    message = str(info.value)
    assert [p for p in parts if str(p) not in message] == [], message
