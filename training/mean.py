"""The weights between two parsers of one start: ``python -m training.mean A.onnx B.onnx OUT.onnx [--share .5]``.

``--share`` of B, the rest of A. Norms are folded into the convolutions in both and their moments are held in the later
phases, so that this is the mean of what was trained.

Source: Wortsman et al. 2022, Robust fine-tuning of zero-shot models.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np


def mean(first: Path, second: Path, out: Path, share: float = 0.5) -> Path:
    """Write ``out``, whose path is returned. Raises ValueError for two files that are not of one network."""
    import onnx
    from onnx import numpy_helper

    model, other = onnx.load(str(first)), onnx.load(str(second))
    values = {item.name: numpy_helper.to_array(item) for item in other.graph.initializer}
    for item in model.graph.initializer:
        array = numpy_helper.to_array(item)
        if item.name not in values or values[item.name].shape != array.shape:
            raise ValueError(f"{second}: expected the weights of {first}; it has no {item.name} of {array.shape}")
        if array.dtype.kind == "f":
            mixed = array.astype(np.float64) * (1 - share) + values[item.name].astype(np.float64) * share
            item.CopyFrom(numpy_helper.from_array(mixed.astype(array.dtype), item.name))
    onnx.save(model, str(out))
    return out


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("first", type=Path)
    options.add_argument("second", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--share", type=float, default=0.5)
    chosen = options.parse_args()
    mean(chosen.first, chosen.second, chosen.out, chosen.share)


if __name__ == "__main__":
    main()
