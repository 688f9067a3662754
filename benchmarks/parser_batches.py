"""Does it pay to hand the parser several pictures at a time? CPU seconds a picture, one thread, by batch size."""

from __future__ import annotations

import time

import numpy as np

from segmask.models.builtin import WEIGHTS, canvas_size
from segmask.models.session import Network

SIZES = (1, 2, 4, 8)
ROUNDS = 5
PICTURE_HW = (1536, 1024)


def measure(size: int, network: Network) -> float:
    """CPU seconds a picture in batches of a size: the least of several rounds, since other work only adds."""
    rows, columns = canvas_size(*PICTURE_HW)
    feed = {network.inputs[0].name: np.full((size, 3, rows, columns), 127, np.float32)}
    network.run(feed)
    least = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        network.run(feed)
        least = min(least, (time.process_time() - began) / size)
    return least


if __name__ == "__main__":
    network = Network(WEIGHTS, threads=1)
    alone = measure(1, network)
    for size in SIZES:
        seconds = measure(size, network)
        print(f"batch of {size}: {seconds:.4f} CPU s a picture, {seconds / alone:.2f} of one alone")
