from __future__ import annotations

import pytest

from segmask.core.errors import OptionError
from segmask.core.labels import CLOTHING, PARTS, TARGETS, resolve_target


def test_every_target_resolves_to_parts() -> None:
    for target in TARGETS:
        parts = resolve_target(target)
        assert parts
        assert set(parts) <= set(PARTS)


def test_targets_join() -> None:
    assert resolve_target("clothing") == CLOTHING
    assert resolve_target(" Hair, upper,") == ("hair", "upper")
    assert resolve_target(["bag", "hair"]) == ("hair", "bag")
    assert resolve_target("person") == PARTS[1:]
    assert resolve_target("all") == PARTS


@pytest.mark.parametrize("target", ["trousers", "upper,shoe", "", ","])
def test_unknown_targets_list_the_known_ones(target: str) -> None:
    with pytest.raises(OptionError, match=r"expected one.*clothing.*accessory"):
        resolve_target(target)
