"""The operating system's shared libraries that the wheels need and slim containers lack."""

from __future__ import annotations

from segmask.core.errors import MissingLibraryError

REMEDY = "apt-get install -y libgl1 libegl1 libgles2 libglib2.0-0"
"""On Debian and Ubuntu; other systems package the same libraries under like names."""


def require_opencv() -> None:
    """Raise MissingLibraryError, with the command that mends it, where OpenCV can't be loaded."""
    try:
        import cv2  # noqa: F401
    except ImportError as error:
        raise MissingLibraryError(
            f"OpenCV can't be loaded: {error}. Slim containers lack system libraries that it needs; "
            f"on Debian or Ubuntu `{REMEDY}` brings them"
        ) from error
