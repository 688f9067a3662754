"""The mean of the weights of parsers of one start: ``python -m training.mean A.onnx B.onnx … OUT.onnx [--shares 2 1]``.

``--shares``: how much each parser counts; all the same without it. Norms are folded into the convolutions in all of
them and their moments are held in the later phases, so that this is the mean of what was trained.

Sources: Wortsman et al. 2022, Robust fine-tuning of zero-shot models; Wortsman et al. 2022, Model soups.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np


def mean(parsers: Sequence[Path], out: Path, shares: Sequence[float] | None = None) -> Path:
    """Write ``out``, whose path is returned: every weight the mean of the parsers', constants as in the first.

    Raises ValueError for no parsers, for files that are not of one network, and for shares that don't fit them.
    """
    import onnx
    from onnx import numpy_helper

    counted = [1.0] * len(parsers) if shares is None else list(shares)
    if not parsers or len(counted) != len(parsers) or min(counted) < 0 or sum(counted) == 0:
        raise ValueError(f"expected a share of at least 0 for each of {len(parsers)} parsers, not all 0; got {counted}")
    models = [onnx.load(str(path)) for path in parsers]
    found = [{item.name: numpy_helper.to_array(item) for item in model.graph.initializer} for model in models]
    for item in models[0].graph.initializer:
        array = found[0][item.name]
        for path, arrays in zip(parsers, found, strict=True):
            if item.name not in arrays or arrays[item.name].shape != array.shape:
                raise ValueError(
                    f"{path}: expected the weights of {parsers[0]}; it has no {item.name} of {array.shape}"
                )  # fmt: skip
        if array.dtype.kind == "f":
            mixed = weighted([arrays[item.name] for arrays in found], counted)
            item.CopyFrom(numpy_helper.from_array(mixed, item.name))
    onnx.save(models[0], str(out))
    return out


def weighted(arrays: Sequence[np.ndarray], shares: Sequence[float]) -> np.ndarray:
    """The mean of arrays of one shape, each counted by its share; computed as float64, returned as they are stored.

    >>> weighted([np.float16([1, 2]), np.float16([3, 6])], [3, 1])
    array([1.5, 3. ], dtype=float16)
    """
    total = np.average(np.stack(arrays).astype(np.float64), axis=0, weights=shares)
    return np.asarray(total, arrays[0].dtype)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("parsers", type=Path, nargs="+")
    options.add_argument("out", type=Path)
    options.add_argument("--shares", type=float, nargs="+")
    chosen = options.parse_args()
    mean(chosen.parsers, chosen.out, chosen.shares)


if __name__ == "__main__":
    main()
