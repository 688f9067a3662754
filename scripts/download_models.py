"""Fetch models without the installed command: ``python scripts/download_models.py [NAME ...]``.

The same as ``segmask models download``, with the same options.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from segmask.__main__ import main

if __name__ == "__main__":
    sys.argv[1:1] = ["models", "download"]
    main()
