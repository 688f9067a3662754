"""A table scene: the figure is behind a wooden table with things on it, one of which the edit may have lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.geometry import resize_image
from segmask.core.types import Image, LabelMap
from segmask.evaluation.synth.anatomy import FRONT, read_figure
from segmask.evaluation.synth.fields import Map, Rng, mix, smooth_noise
from segmask.evaluation.synth.scene import Scene, resize_label

WOODS = ((148, 106, 70), (92, 64, 44), (196, 164, 124), (226, 222, 214), (60, 58, 58))  # sRGB
WARES = ((236, 232, 224), (38, 92, 130), (178, 62, 50), (64, 108, 78), (222, 180, 80), (40, 40, 44))


@dataclass(frozen=True)
class Prop:
    """One thing on the table, px of the scene."""

    kind: str
    x: float
    foot_y: float
    width_px: float
    height_px: float
    colour: tuple[int, int, int]


@dataclass(frozen=True)
class Table:
    """The table's edge and what stands on it."""

    edge_y: float
    wood: tuple[int, int, int]
    props: tuple[Prop, ...]
    seed: int


def add_table(scene: Scene, rng: Rng) -> tuple[Scene, Table]:
    """The scene from the hips up, enlarged to its old height, behind a table that hides the figure's lower part.

    >>> from segmask.evaluation.synth.scene import plain_scene
    >>> photo, label = np.full((120, 80, 3), 90, np.uint8), np.zeros((120, 80), np.uint8)
    >>> label[20:110, 30:50] = 4
    >>> scene, table = add_table(plain_scene(photo, label), np.random.default_rng(0))
    >>> len(table.props) >= 3, FRONT in scene.figure_label
    (True, True)
    """
    scene = _half_body(scene, rng)
    height, width = scene.figure_label.shape
    edge = height * rng.uniform(0.74, 0.84)
    props = tuple(_choose_prop(edge, height, width, rng) for _ in range(int(rng.integers(3, 6))))
    table = Table(
        round(edge, 1), WOODS[int(rng.integers(len(WOODS)))], tuple(sorted(props, key=lambda prop: prop.foot_y)),
        int(rng.integers(2**31)),
    )  # fmt: skip
    forgotten = int(rng.integers(len(props)))
    kept = tuple(prop for index, prop in enumerate(table.props) if index != forgotten)
    image, cover = _laid(scene.image, table, table.props)
    less, less_cover = _laid(scene.image, table, kept)
    rest = np.where(cover > 0.5, np.uint8(0), scene.rest_label)
    forgetful = less, _hidden(scene.figure_label, less_cover)
    return Scene(image, _hidden(scene.figure_label, cover), rest, forgetful), table


def _hidden(figure_label: LabelMap, cover: Map) -> LabelMap:
    return np.where((cover > 0.5) & (figure_label > 0), np.uint8(FRONT), figure_label)


def _half_body(scene: Scene, rng: Rng) -> Scene:
    figure = read_figure(scene.figure_label)
    height, width = scene.figure_label.shape
    top = max(0, round(figure.top - 0.08 * figure.height))
    bottom = min(height, round(figure.top + rng.uniform(0.56, 0.66) * figure.height))
    wide = min(width, round(1.15 * (bottom - top)))
    columns = np.nonzero(figure.body)[1]
    left = int(np.clip(round(columns.mean() - wide / 2), 0, width - wide))
    window = (slice(top, bottom), slice(left, left + wide))
    size_hw = (height, round(height * wide / (bottom - top)))
    return Scene(
        resize_image(np.ascontiguousarray(scene.image[window]), size_hw),
        resize_label(scene.figure_label[window], size_hw),
        resize_label(scene.rest_label[window], size_hw),
    )


def _choose_prop(edge: float, height: int, width: int, rng: Rng) -> Prop:
    kind = str(rng.choice(["cup", "bottle", "plate", "book"]))
    wide, tall = {"cup": (0.085, 0.09), "bottle": (0.06, 0.2), "plate": (0.22, 0.05), "book": (0.17, 0.045)}[kind]
    grow = rng.uniform(0.85, 1.2) * height
    foot_y = rng.uniform(edge + 0.03 * height, edge + 0.6 * (height - edge))
    colour = WARES[int(rng.integers(len(WARES)))]
    return Prop(
        kind, round(float(rng.uniform(0.1, 0.9) * width), 1), round(float(foot_y), 1),
        round(wide * grow, 1), round(tall * grow, 1), colour,
    )  # fmt: skip


def _laid(image: Image, table: Table, props: tuple[Prop, ...]) -> tuple[Image, Map]:
    """The picture with table and props, and their cover, float32 (H, W)."""
    rng = np.random.default_rng(table.seed)
    size_hw = (image.shape[0], image.shape[1])
    rows = np.arange(size_hw[0], dtype=np.float32)[:, None]
    board = np.clip(rows - table.edge_y, 0, 1) * np.ones(size_hw, np.float32)
    depth = np.clip((rows - table.edge_y) / (size_hw[0] - table.edge_y), 0, 1)
    grain = 0.05 * smooth_noise(size_hw, (5.0, 160.0), rng) + 0.04 * smooth_noise(size_hw, 200.0, rng)
    wood = np.array(table.wood, np.float32) * (0.86 + 0.18 * depth + grain)[..., None]
    picture, cover = mix(image.astype(np.float32), wood, board), board
    for prop in props:
        shape, shade = _drawn(prop, size_hw)
        shadow = _ellipse(
            size_hw, prop.x + 0.1 * prop.width_px, prop.foot_y, 0.62 * prop.width_px, 0.14 * prop.width_px
        )
        picture = picture * (1 - 0.35 * shadow * board)[..., None]
        picture = mix(picture, np.array(prop.colour, np.float32) * shade[..., None], shape)
        cover = np.maximum(cover, shape)
    picture += 2.0 * rng.standard_normal(size_hw, dtype=np.float32)[..., None] * cover[..., None]
    return np.rint(picture).clip(0, 255).astype(np.uint8), cover


def _drawn(prop: Prop, size_hw: tuple[int, int]) -> tuple[Map, Map]:
    """Cover and shade of one prop: a turned body with a rim, or a flat thing with an edge."""
    rows, columns = np.indices(size_hw, dtype=np.float32)
    across = (columns - prop.x) / (prop.width_px / 2)
    up = (prop.foot_y - rows) / prop.height_px
    if prop.kind in ("plate", "book"):
        top = _ellipse(size_hw, prop.x, prop.foot_y - prop.height_px / 2, prop.width_px / 2, prop.height_px / 2)
        if prop.kind == "book":
            lean = across - 0.35 * (up - 0.5)
            top = np.clip((1 - np.abs(lean)) * 40, 0, 1) * np.clip((0.5 - np.abs(up - 0.5)) * 40, 0, 1)
        shade = 0.82 + 0.2 * np.clip(up, 0, 1) - 0.12 * (np.abs(across) > 0.7)
        return top.astype(np.float32), shade.astype(np.float32)
    profile = 1.0 - 0.12 * (1 - np.clip(up, 0, 1)) if prop.kind == "cup" else np.where(up > 0.68, 0.38, 1.0)
    sides = np.clip((profile - np.abs(across)) * prop.width_px / 2 + 0.5, 0, 1)
    curve = 0.06 * prop.width_px * np.sqrt(np.clip(1 - across**2, 0, 1)) * 2
    foot = np.clip(prop.foot_y + curve - rows + 0.5, 0, 1)
    head = np.clip(rows - (prop.foot_y - prop.height_px) + 0.5, 0, 1)
    lit = np.clip(across / np.maximum(profile, 0.1), -1, 1)
    shade = (
        0.62 + 0.38 * np.sqrt(np.clip(1 - (lit + 0.35) ** 2 / 1.9, 0, 1)) + 0.5 * np.exp(-(((lit + 0.45) / 0.12) ** 2))
    )
    shade = shade * (1 - 0.5 * (up > 0.93) * (prop.kind == "cup"))
    return (sides * foot * head).astype(np.float32), shade.astype(np.float32)


def _ellipse(size_hw: tuple[int, int], x: float, y: float, half_w: float, half_h: float) -> Map:
    rows, columns = np.indices(size_hw, dtype=np.float32)
    distance = np.sqrt(((columns - x) / half_w) ** 2 + ((rows - y) / half_h) ** 2)
    return np.clip((1 - distance) * min(half_w, half_h) + 0.5, 0, 1).astype(np.float32)
