"""Any number of pictures: plan, journal, workers, tables and report. ``segmask.batch(...)`` runs it.

The package is called like its main function, and the two share the name ``segmask.batch``: the module can be called.
docs/decisions/0065-a-module-that-can-be-called.md says why.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    """A module that runs ``segmask.batch.run.batch`` when it is called."""

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        from segmask.batch.run import batch

        return batch(*arguments, **keywords)


sys.modules[__name__].__class__ = _Callable
