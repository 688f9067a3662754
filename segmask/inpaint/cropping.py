"""Cut the region round the target for an inpainting service, and put its answer back under all promises."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.core import files
from segmask.core.errors import InputError, OptionError
from segmask.core.findings import Finding, Findings
from segmask.core.geometry import resize_image
from segmask.core.place import Place
from segmask.core.types import Box, Image
from segmask.core.window import CONTEXT, MULTIPLE, Window, check_window, window_around
from segmask.inputs import input_paths, read_checked, read_corrections
from segmask.masker import Masker
from segmask.options import OptionArguments
from segmask.result import Result


@dataclass(frozen=True, eq=False)
class Crop:
    """A region of a picture, ready to be sent, with the mask that says what is to be edited in it.

    >>> import segmask
    >>> labels = np.zeros((96, 64), np.uint8)
    >>> labels[30:70, 20:44] = 4  # upper
    >>> photo = np.full((96, 64, 3), 90, np.uint8)
    >>> cut = segmask.crop(photo, parsing=labels, target="upper", face_detector="none")
    >>> cut.image.shape, cut.box, int(cut.mask.max())
    ((64, 32, 3), Box(x0=16, y0=18, x1=48, y1=82), 255)
    >>> _ = cut.save("crop.png", mask="crop-mask.png", place="place.json")
    """

    image: Image
    """uint8 (h, w, 3): what is sent, 8-bit sRGB."""
    mask: NDArray[np.uint8]
    """uint8 (h, w): 255 is to be edited."""
    place: Place
    original: io.Picture
    findings: Findings = ()
    inputs: tuple[Path, ...] = ()

    @property
    def box(self) -> Box:
        """The region in the original's pixels."""
        return self.place.window.box

    def save(
        self,
        path: Path | str,
        *,
        mask: Path | str | None = None,
        place: Path | str | None = None,
        mask_format: str = "gray",
    ) -> list[Path]:
        """Write what is sent and, where a path is given, its mask and its place: all or none.

        Args:
            path: .png, .webp or .tif.
            mask: the same.
            place: .json; ``stitch`` wants it.
            mask_format: as for ``MaskResult.save``.

        Returns the paths. Raises OptionError or OutputError.
        """
        contents = self.contents(path, mask=mask, place=place, mask_format=mask_format)
        files.check_outputs(contents, self.inputs)
        files.write_files(contents)
        return list(contents)

    def contents(
        self,
        path: Path | str,
        *,
        mask: Path | str | None = None,
        place: Path | str | None = None,
        mask_format: str = "gray",
    ) -> dict[Path, bytes]:
        """What ``save`` would write, as contents by path; nothing is written."""
        shown = io.read_picture(self.image)
        contents = {Path(path): io.encode(shown.raster, io.Metadata(), io.lossless_format(Path(path)))[0]}
        if mask is not None:
            form = io.lossless_format(Path(mask)), mask_format, False, False
            contents[Path(mask)] = io.mask_contents(shown, self.mask, *form)[0]
        elif mask_format != "gray":
            raise OptionError("mask_format: no mask is written; name one, or leave it out")
        if place is not None:
            contents[files.json_path(place)] = self.place.to_json()
        return contents

    def stitch(self, answer: io.Source, **arguments: Any) -> Result:
        """``segmask.stitch`` with this original and place; arguments as there."""
        return stitch(self.original, answer, self.place, **arguments)


def crop(
    original: io.Source,
    *,
    context: float = CONTEXT,
    multiple: int = MULTIPLE,
    size: tuple[int, int] | None = None,
    mask_in: io.Source | None = None,
    mask_format: str = "auto",
    parsing: Any = None,
    **options: Unpack[OptionArguments],
) -> Crop:
    """The region round the target, with what surrounds it, for an inpainting service.

    Args:
        original: path, PIL image or array.
        context: how much larger than the target's box the region is, from 1.
        multiple: of what both sides are that are sent: 8, 16, 32 or 64.
        size: width and height to send, the model's own; without it the region is sent at its own scale.
        mask_in: mask of your own of what is to be edited; without it the target's, as ``segmask.mask`` makes it.
        mask_format: how ``mask_in`` marks things, as for ``apply``.
        parsing: a label map of the picture.
        options: as for ``segmask.mask``: target or prompt, person, grow, feather, models. With ``mask_in`` none but
            ``max_pixels``.

    Raises InputError where nothing of the target is found, and as ``segmask.mask``.

    >>> photo, patch = np.full((200, 100, 3), 90, np.uint8), np.zeros((200, 100), bool)
    >>> patch[50:100, 30:60] = True
    >>> found = crop(photo, mask_in=patch, size=(512, 512))
    >>> found.box, found.image.shape, [finding.code for finding in found.findings]
    (Box(x0=15, y0=45, x1=75, y1=105), (512, 512, 3), ['region-scaled'])
    """
    check_window(context, multiple, size)
    if mask_in is None:
        if mask_format != "auto":
            raise OptionError("mask_format: says how mask_in is read, and none is given; leave it out")
        labels = options.pop("labels", None) if parsing is not None else None
        found = Masker(**options).mask(original, parsing=parsing, labels=labels)  # type: ignore[arg-type]
        picture, levels, notes = found.original, found.mask, found.report.findings
    else:
        picture, levels, notes = _given(original, mask_in, mask_format, parsing, options)
    box = Box.around(levels)
    if box is None:
        raise InputError("nothing to edit was found, so there is no region to cut; name another target, or a mask")
    window = window_around(box, picture.size_hw, context=context, multiple=multiple, size_wh=size)
    place = Place(window, picture.size_wh, _digest(picture))
    inputs = input_paths(original, mask_in, parsing)
    return Crop(
        window.cut(picture.image), window.cut(levels), place, picture, (*notes, *_told(window, picture)), inputs
    )


def stitch(
    original: io.Source,
    answer: io.Source,
    place: Place | Path | str,
    *,
    include: io.Source | None = None,
    exclude: io.Source | None = None,
    mask_in: io.Source | None = None,
    mask_format: str = "auto",
    **options: Unpack[OptionArguments],
) -> Result:
    """The composite of an original and what a service made of a crop of it.

    The answer is aligned inside of its region, its tone is matched, and it is decided what of it is taken, as for any
    edit; nothing outside of the region is touched.

    Args:
        original: the picture that was cut.
        answer: what came back, of any size.
        place: what ``crop`` gave, or its file.
        include: mask of what comes from the answer whatever is decided, of the crop's size or the original's; where
            both sizes are the same it is the crop's.
        exclude: mask of what stays original; beats ``include``.
        mask_in: mask to paste by, instead of a decision; it may differ from the mask that was sent.
        mask_format: how these masks mark things, as for ``apply``.
        options: as for ``segmask.apply``.

    Raises InputError for another original than the one that was cut, and as ``segmask.apply``.

    >>> import segmask
    >>> photo = np.random.default_rng(1).integers(60, 140, (96, 96, 3)).astype(np.uint8)
    >>> patch = np.zeros((96, 96), bool)
    >>> patch[40:60, 40:60] = True
    >>> cut = segmask.crop(photo, mask_in=patch, context=2.5)
    >>> answer = cut.image.copy()
    >>> answer[22:42, 22:42] = 220  # a service's work
    >>> result = stitch(photo, answer, cut.place, strategy="diff")
    >>> result.report.mask.box
    (40, 40, 60, 60)
    """
    masker = Masker(**options)
    found = place if isinstance(place, Place) else Place.read(place)
    picture = read_checked(original, "original", masker.options.max_pixels)
    if picture.size_wh != found.original_wh or _digest(picture) != found.digest:
        width, height = found.original_wh
        raise InputError(
            f"{io.name_of(original, 'original')}: is not the picture that was cut, which has {width}x{height} pixels "
            "and other samples; hand in that one, unchanged"
        )
    given = {"include": include, "exclude": exclude, "mask_in": mask_in}
    if mask_format != "auto" and not any(mask is not None for mask in given.values()):
        raise OptionError("mask_format: says how masks are read, and none is given; leave it out")
    limit, notes = masker.options.max_pixels, list[Finding]()
    masks: dict[str, Any] = {name: _whole(mask, name, found, mask_format, limit, notes) for name, mask in given.items()}
    result = masker.open(picture, answer, window=found.window).apply(**masks)
    files_in = (original, None if isinstance(place, Place) else place, *given.values())
    inputs = (*result.inputs, *input_paths(*files_in))
    return result.but(report=replace(result.report, findings=(*notes, *result.report.findings)), inputs=inputs)


def _given(
    original: io.Source, mask_in: io.Source, mask_format: str, parsing: Any, options: OptionArguments
) -> tuple[io.Picture, NDArray[np.uint8], Findings]:
    """The picture and the user's own mask of it, with what there is to say."""
    for name in ("parsing", *options) if parsing is not None else options:
        if name != "max_pixels":
            raise OptionError(
                f"{name}: the mask that is given says itself what is to be edited; leave one of the two out"
            )
    limit = options.get("max_pixels")
    picture = read_checked(original, "original", limit)
    read = read_corrections(None, None, mask_in, picture.size_hw, limit, mask_format)
    assert read.mask_in is not None
    return picture, np.rint(read.mask_in * 255).astype(np.uint8), (*picture.notes, *read.findings)


def _digest(picture: io.Picture) -> str:
    header = f"{picture.raster.dtype} {picture.raster.shape}".encode()
    return hashlib.sha256(header + np.ascontiguousarray(picture.raster).tobytes()).hexdigest()


def _told(window: Window, picture: io.Picture) -> Findings:
    """What a person may not expect of the region."""
    found: list[Finding] = []
    box, (width, height) = window.box, picture.size_wh
    if box.clip(height, width) != box:
        text = f"the region of {box.width}x{box.height} reaches over the border of the picture, which is repeated there"
        found.append(Finding("region-padded", text, box.clip(height, width).corners))
    scale = window.size_wh[0] / box.width
    if window.size_wh != (box.width, box.height):
        shown = "x".join(map(str, window.size_wh))
        text = f"the region of {box.width}x{box.height} is sent as {shown}, {scale:.2f} times its own scale"
        found.append(Finding("region-scaled", text, measured=scale))
    return tuple(found)


def _whole(
    mask: io.Source | None, name: str, place: Place, mask_format: str, limit: int | None, found: list[Finding]
) -> NDArray[np.uint8] | None:
    """A mask of the crop as one of the original, uint8 (H, W); what there is to say is added to ``found``."""
    if mask is None:
        return None
    read = io.read_mask(mask, name, dialect=mask_format, max_pixels=limit)
    found += read.notes
    window, (width, height) = place.window, place.original_wh
    if read.levels.shape == window.size_wh[::-1]:
        if window.size_wh == place.original_wh:
            text = f"{name}: has the size of both the crop and the original; it was taken for the crop's"
            found.append(Finding("read-as", text))
        inside, shown = window.within((height, width))
        region = resize_image(read.levels, (window.box.height, window.box.width))
        whole = np.zeros((height, width), np.uint8)
        whole[inside.slices] = region[shown.slices]
        return np.where(whole == 1, np.uint8(0), whole)  # 0 and 1 alone would mean black and white
    if read.levels.shape != (height, width):
        got, sent = (f"{size[0]}x{size[1]}" for size in (read.levels.shape[::-1], window.size_wh))
        raise InputError(f"{name}: expected the crop's size, {sent}, or the original's, {width}x{height}; got {got}")
    return read.levels
