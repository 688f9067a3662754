"""A mask of the user's own, held to the promises."""

from __future__ import annotations

import numpy as np

from segmask.core.findings import Finding, Findings
from segmask.core.types import Alpha, Box
from segmask.fusion.constraints import Constraints
from segmask.report import GivenMaskReport

NOTABLE_LOSS = 0.01
"""Share of a given mask: more than a soft edge that reaches over the border of a face."""


def allowed(mask_in: Alpha, constraints: Constraints) -> tuple[Alpha, GivenMaskReport, Findings]:
    """The user's own mask with 0 wherever the original must stay, and what that took away.

    Protection that took away more than a soft edge would is for a person to look at; ``include`` lifts it.

    Args:
        mask_in: float32 (H, W), multiples of 1/255.
        constraints: what must stay, and what is protected before ``include``.

    >>> face, none = np.array([[True, False]]), np.zeros((1, 2), bool)
    >>> held = Constraints(firm=face, hair=none, include=none, faces=face, own_hair=none)
    >>> alpha, report, findings = allowed(np.ones((1, 2), np.float32), held)
    >>> alpha.tolist(), [finding.code for finding in findings]
    ([[0.0, 1.0]], ['given-mask-protected'])
    """
    given, protected = mask_in > 0, constraints.protected
    held = np.zeros_like(given) if protected is None else given & protected & ~constraints.include
    around, count = Box.around(held), int(held.sum())
    box = None if around is None else around.corners
    share = count / max(1, int(given.sum()))
    findings: Findings = ()
    if count:
        text = f"{share:.1%} of the given mask ({count} pixels) is protected and stays original; --include lifts that"
        code = "given-mask-protected" if share >= NOTABLE_LOSS else "given-mask-rim"
        findings = (Finding(code, text, box, share),)
    others = int((given & constraints.keep & ~held).sum())
    report = GivenMaskReport(round(float(given.mean()), 6), count, round(share, 6), box, others)
    return np.where(constraints.keep, np.float32(0), mask_in), report, findings
