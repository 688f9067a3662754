"""The six nodes."""

from __future__ import annotations

from segmask.comfy.choices import AUTOMATIC, TARGET_HELP
from segmask.comfy.on_files import run_files
from segmask.comfy.paths import files_fingerprint
from segmask.comfy.table import Input, Node, Output
from segmask.comfy.work import run_align, run_apply, run_best, run_mask, run_parse
from segmask.options import DEFAULT_TARGET, GROW_LIMIT, PIXELS, STRATEGIES

ORIGINAL = Input(
    "original", "IMAGE", "The photo before the edit. Everything that is not taken stays this, bit for bit."
)
EDITED = Input("edited", "IMAGE", "What the model made of it, of any size; it is aligned with the original first.")
STRATEGY = Input(
    "strategy",
    "COMBO",
    "hybrid: parsing and what changed decide together. semantic: parsing alone. diff: what changed alone, no person "
    "needed, no target.",
    default="hybrid",
    options=STRATEGIES,
)
TARGET = Input("target", "STRING", TARGET_HELP, default=DEFAULT_TARGET)
PROMPT = Input(
    "prompt",
    "STRING",
    "The instruction that the model was given; names the target instead of the field above. Leave it empty otherwise.",
    default="",
    multiline=True,
)
PERSON = Input("person", "STRING", "Of several people, whose: all, largest, or a number from the left.", default="all")
FEATHER = Input(
    "feather",
    "FLOAT",
    f"Width of the soft edge in {PIXELS}; 0 is a hard edge, -1 automatic.",
    default=AUTOMATIC,
    limits=(AUTOMATIC, 500.0, 0.5),
)
GROW = Input(
    "grow",
    "FLOAT",
    f"Widen the mask by so many {PIXELS}; below 0 narrows it. Inpainting wants 8 to 24.",
    default=0.0,
    limits=(-GROW_LIMIT, GROW_LIMIT, 1.0),
)
TONE = Input("tone_match", "BOOLEAN", "Take the model's drift of colour and light out of what is taken.", default=True)
INCLUDE = Input("include", "MASK", "White comes from the edit whatever is decided.", optional=True)
EXCLUDE = Input("exclude", "MASK", "White stays original; beats include.", optional=True)
KEEP = Input("keep_models", "BOOLEAN", "Keep the models loaded for the next run; off frees them.", default=True)

IMAGE_OUT = Output("image", "IMAGE", "The composite.")
MASK_OUT = Output("mask", "MASK", "1 = from the edit.")
REPORT_OUT = Output("report", "STRING", "All that was measured and found, as JSON.")
VERDICT_OUT = Output("verdict", "STRING", "ok, or review where a person should look.")
CHOICES = (STRATEGY, TARGET, PROMPT, PERSON, FEATHER, TONE)

NODES = (
    Node(
        "SegmaskApply",
        "Segmask Apply",
        "Take only the outfit (or the hair, or the background) from an edit; everything else stays the original.",
        (ORIGINAL, EDITED, *CHOICES, KEEP, INCLUDE, EXCLUDE),
        (IMAGE_OUT, MASK_OUT, REPORT_OUT, VERDICT_OUT),
        run_apply,
    ),
    Node(
        "SegmaskMask",
        "Segmask Mask",
        "The target in one picture as a mask, for inpainting. The face stays out of it.",
        (Input("image", "IMAGE", "A photo."), TARGET, PROMPT, PERSON, GROW, FEATHER, KEEP),
        (Output("mask", "MASK", "1 = to be edited."), REPORT_OUT, VERDICT_OUT),
        run_mask,
    ),
    Node(
        "SegmaskBest",
        "Segmask Best",
        "Of a batch of edits of one photo, the composite of the best one.",
        (ORIGINAL, Input("edits", "IMAGE", "A batch of edits."), *CHOICES, KEEP, INCLUDE, EXCLUDE),
        (IMAGE_OUT, MASK_OUT, REPORT_OUT, VERDICT_OUT, Output("index", "INT", "Which one it was, from 0.")),
        run_best,
    ),
    Node(
        "SegmaskAlign",
        "Segmask Align",
        "An edit on its original's pixel grid: the shift, zoom and turn of the model taken out. Needs no model.",
        (ORIGINAL, EDITED),
        (
            Output("image", "IMAGE", "The edit on the original's grid."),
            Output("covered", "MASK", "1 = the edit's frame reaches here; elsewhere its border is repeated."),
            Output("report", "STRING", "The motion that was found, as JSON."),
        ),
        run_align,
    ),
    Node(
        "SegmaskParse",
        "Segmask Parse",
        "What a picture shows: hair, face, skin and garments as masks.",
        (Input("image", "IMAGE", "A photo."), TARGET, KEEP),
        (
            Output("mask", "MASK", "The target's parts together."),
            Output(
                "parts", "MASK", "Every part as a mask of its own, in the order of names; one picture after another."
            ),
            Output("colours", "IMAGE", "All parts in colours."),
            Output("names", "STRING", "The parts' names in order."),
        ),
        run_parse,
    ),
    Node(
        "SegmaskFiles",
        "Segmask Files",
        "As Segmask Apply, from files to a file: 16 bits, colour profile, metadata and JPEG blocks stay.",
        (
            Input("original", "STRING", "Name in ComfyUI's input folder, or a path.", default="original.png"),
            Input("edited", "STRING", "The same.", default="edited.png"),
            Input("output", "STRING", "Name in the output folder: .png, .tif, .webp or .jpg.", default="segmask.png"),
            *CHOICES,
            KEEP,
        ),
        (
            Output("path", "STRING", "The composite's file."),
            Output("mask_path", "STRING", "The mask's file, beside it."),
            REPORT_OUT,
            VERDICT_OUT,
            Output("image", "IMAGE", "The composite as 8-bit sRGB."),
        ),
        run_files,
        files_fingerprint,
    ),
)
