"""For the site: shows the examples of docstrings (``>>> …``) as code; ``zensical.toml`` names this file to griffe."""

from __future__ import annotations

import re
from typing import Any

import griffe

EXAMPLE = re.compile(r"^>>> .*?(?=\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)


def fenced(text: str) -> str:
    """A docstring with each paragraph that begins with ``>>>`` between fences.

    >>> fenced("One more.\\n\\n>>> 1 + 1\\n2")
    'One more.\\n\\n```pycon\\n>>> 1 + 1\\n2\\n```'
    """
    return EXAMPLE.sub(lambda found: f"```pycon\n{found[0].rstrip()}\n```", text)


class DocstringExamples(griffe.Extension):
    """Fences the examples of every object that griffe has read."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called by griffe once an object is complete."""
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)
