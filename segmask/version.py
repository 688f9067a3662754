"""The version of the installed package, which the build takes from the git tag (docs/releasing.md)."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("segmask")
except PackageNotFoundError:  # run from a copy of the source that was never installed
    __version__ = "0+source"
