"""Make today's pictures the golden ones: ``python -m tests.golden.renew [NAME …]``, all of them without a name.

Look at what changed before: the tests say where and how much. The synthetic edits are frozen (docs/decisions/0020): who
renews one of them raises the generator's ``VERSION`` as well.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from segmask.core.errors import unknown
from tests.golden.pictures import demo_run, synthetic_edits
from tests.golden.store import FILES, renew, renew_records


def main(names: list[str]) -> None:
    """Renew the named pictures; with any synthetic edit also the records of what was drawn."""
    with TemporaryDirectory() as folder:
        os.environ["SEGMASK_HOME"] = folder  # the built-in models, whatever the machine's user has downloaded
        edits, records = synthetic_edits()
        goldens = {golden.name: golden for golden in [*edits, *demo_run(Path(folder) / "demo")]}
    for name in names:
        if name not in goldens:
            raise unknown("golden picture", name, goldens)
    chosen = [golden for golden in goldens.values() if golden.name in names or not names]
    FILES.mkdir(exist_ok=True)
    renew(chosen)
    if set(chosen) & set(edits):
        renew_records(records)
    sys.stdout.write("".join(f"renewed {golden.name}\n" for golden in chosen))


if __name__ == "__main__":
    main(sys.argv[1:])
