"""What all tests of the back end share."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is no fault of the code: how long one example took proves nothing.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
