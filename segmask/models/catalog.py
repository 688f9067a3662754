"""The models that segmask knows: one literal table, the single truth about names, files, sources and licences.

Checksums and sizes are the ones that the publishers, or several independent projects that pin the same file, state.
Where nobody states them they are None: the first download is then trusted, recorded, warned about and held to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segmask.core.errors import unknown

PERMISSIVE = ("Apache-2.0", "MIT", "BSD-3-Clause")


@dataclass(frozen=True)
class NetworkInput:
    """What a network is fed: 8-bit values over ``scale``, minus ``mean``, over ``std``, channel by channel."""

    size_hw: tuple[int, int] | None
    """None where the network takes any size that its stride divides."""
    channels: Literal["RGB", "BGR"] = "RGB"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """In the order of ``channels``."""
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    scale: float = 255.0


BUILTIN_INPUT = NetworkInput(None, "RGB", scale=1)
YUNET_INPUT = NetworkInput(None, "BGR", scale=1)
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
IMAGENET_MEAN_BGR, IMAGENET_STD_BGR = (0.406, 0.456, 0.485), (0.225, 0.224, 0.229)


@dataclass(frozen=True)
class ModelEntry:
    """One model: a file, where it comes from and how it is used."""

    name: str
    task: Literal["parser", "face detector", "face outline"]
    adapter: Literal["builtin", "segformer", "schp", "selfie", "yunet", "mediapipe"]
    file: str
    """Name in the cache, or relative to the package for what comes with it."""
    sha256: str | None
    size: int | None
    """Bytes."""
    urls: tuple[str, ...]
    """Tried in order; none for what comes with the package."""
    licence: str
    """SPDX id where the whole of the model is under it, else what its authors say."""
    proven: bool
    """False: the adapter was tested on a stand-in graph of the same signature only."""
    input: NetworkInput | None = None
    """None where the library that runs the network prepares its input."""
    labels: str | None = None
    """Name in ``labels.LABEL_SETS``."""
    note: str = ""

    @property
    def permissive(self) -> bool:
        """Whether the licence allows any use; others are asked for once and are never a default."""
        return self.licence in PERMISSIVE

    @property
    def needs_mediapipe(self) -> bool:
        """Whether MediaPipe runs it, which an installation may leave out."""
        return self.adapter in ("mediapipe", "selfie")


_HUGGING_FACE = "https://huggingface.co"
_MEDIAPIPE = "https://storage.googleapis.com/mediapipe-models"
_OPENCV_ZOO = "https://media.githubusercontent.com/media/opencv/opencv_zoo"
_XENOVA_B0 = f"{_HUGGING_FACE}/Xenova/segformer_b0_clothes/resolve/f3f7e632bb409b2cae1ee9c1bca787781a66d152/onnx"
_NVIDIA = "MIT (publisher); fine-tuned from NVIDIA SegFormer weights: non-commercial"
_SCHP = "MIT (code and weights); trained on research-only data"

CATALOG = (
    ModelEntry(
        name="builtin",
        task="parser",
        adapter="builtin",
        file="weights/parser.onnx",
        sha256=None,
        size=None,
        urls=(),
        licence="Apache-2.0",
        proven=True,
        input=BUILTIN_INPUT,
        labels="canonical",
        note="in the package",
    ),
    ModelEntry(
        name="segformer-b2-clothes",
        task="parser",
        adapter="segformer",
        file="segformer_b2_clothes.onnx",
        sha256="a93a8dac171b5c1fcc53632a8bfc180bfd9759ea69a3e207451bb07f76add54f",
        size=110039290,
        urls=(f"{_HUGGING_FACE}/mattmdjaga/segformer_b2_clothes/resolve/main/onnx/model.onnx",),
        licence=_NVIDIA,
        proven=False,
        input=NetworkInput((512, 512), "RGB", IMAGENET_MEAN, IMAGENET_STD),
        labels="atr-18",
    ),
    ModelEntry(
        name="segformer-b2-clothes-mirror",
        task="parser",
        adapter="segformer",
        file="segformer_b2_clothes_mirror.onnx",
        sha256="16fdd1137d4fc35bafc67efeab21549011c4b9958ea7a0c2d33e05839ba1ea09",
        size=110039269,
        urls=(f"{_HUGGING_FACE}/leonelhs/segmentators/resolve/main/segformer/segformer_b2_clothes.onnx",),
        licence=_NVIDIA,
        proven=False,
        input=NetworkInput((512, 512), "RGB", IMAGENET_MEAN, IMAGENET_STD),
        labels="atr-18",
        note="another export of the same network",
    ),
    ModelEntry(
        name="segformer-b0-clothes",
        task="parser",
        adapter="segformer",
        file="segformer_b0_clothes.onnx",
        sha256=None,
        size=None,
        urls=(f"{_XENOVA_B0}/model.onnx",),
        licence=_NVIDIA,
        proven=False,
        input=NetworkInput((512, 512), "RGB", IMAGENET_MEAN, IMAGENET_STD),
        labels="atr-18",
        note="about 15.2 MB",
    ),
    ModelEntry(
        name="segformer-b0-clothes-int8",
        task="parser",
        adapter="segformer",
        file="segformer_b0_clothes_int8.onnx",
        sha256="4f9d3e4fcf3e0b677ee0cf9810ebccdc7f478f9c69a60d38267bad598799ef73",
        size=None,
        urls=(f"{_XENOVA_B0}/model_quantized.onnx",),
        licence=_NVIDIA,
        proven=False,
        input=NetworkInput((512, 512), "RGB", IMAGENET_MEAN, IMAGENET_STD),
        labels="atr-18",
        note="about 4.4 MB",
    ),
    ModelEntry(
        name="fashn-human-parser",
        task="parser",
        adapter="segformer",
        file="fashn_human_parser.onnx",
        sha256="b05324a0b4a249530da089c1259099bf4823f6ae654dd7b550f6f36ccbe23cda",
        size=None,
        urls=(
            f"{_HUGGING_FACE}/faisal-shohag/fashn-human-parser-onnx/resolve/"
            "153ad2092f3eadd6f9b06b32471f4fa0a4a899d9/onnx/model.onnx",
        ),
        licence="NVIDIA Source Code License for SegFormer: non-commercial",
        proven=False,
        input=NetworkInput((576, 384), "RGB", IMAGENET_MEAN, IMAGENET_STD),
        labels="fashn-18",
        note="about 257 MB",
    ),
    ModelEntry(
        name="schp-atr",
        task="parser",
        adapter="schp",
        file="parsing_atr.onnx",
        sha256="04c7d1d070d0e0ae943d86b18cb5aaaea9e278d97462e9cfb270cbbe4cd977f4",
        size=266859305,
        urls=(
            f"{_HUGGING_FACE}/yisol/IDM-VTON/resolve/main/humanparsing/parsing_atr.onnx",
            f"{_HUGGING_FACE}/spaces/levihsu/OOTDiffusion/resolve/main/checkpoints/humanparsing/parsing_atr.onnx",
        ),
        licence=_SCHP,
        proven=False,
        input=NetworkInput((512, 512), "BGR", IMAGENET_MEAN_BGR, IMAGENET_STD_BGR),
        labels="atr-18",
    ),
    ModelEntry(
        name="schp-lip",
        task="parser",
        adapter="schp",
        file="parsing_lip.onnx",
        sha256="8436e1dae96e2601c373d1ace29c8f0978b16357d9038c17a8ba756cca376dbc",
        size=266863411,
        urls=(
            f"{_HUGGING_FACE}/yisol/IDM-VTON/resolve/main/humanparsing/parsing_lip.onnx",
            f"{_HUGGING_FACE}/spaces/levihsu/OOTDiffusion/resolve/main/checkpoints/humanparsing/parsing_lip.onnx",
        ),
        licence=_SCHP,
        proven=False,
        input=NetworkInput((473, 473), "BGR", IMAGENET_MEAN_BGR, IMAGENET_STD_BGR),
        labels="lip-20",
    ),
    ModelEntry(
        name="selfie-multiclass",
        task="parser",
        adapter="selfie",
        file="selfie_multiclass_256x256.tflite",
        sha256="c6748b1253a99067ef71f7e26ca71096cd449baefa8f101900ea23016507e0e0",
        size=16371837,
        urls=(
            f"{_MEDIAPIPE}/image_segmenter/selfie_multiclass_256x256/float32/1/selfie_multiclass_256x256.tflite",
            f"{_MEDIAPIPE}/image_segmenter/selfie_multiclass_256x256/float32/latest/selfie_multiclass_256x256.tflite",
        ),
        licence="Apache-2.0",
        proven=False,
        labels="selfie-multiclass-6",
        note="one class for all garments",
    ),
    ModelEntry(
        name="yunet-2026may",
        task="face detector",
        adapter="yunet",
        file="face_detection_yunet_2026may.onnx",
        sha256="ebafce4e3c118d6554634be5c27ab333b4c047a9a8c3faf1d7cf93101c22f0f0",
        size=229738,
        urls=(
            f"{_OPENCV_ZOO}/47534e27c9851bb1128ccc0102f1145e27f23f98"
            "/models/face_detection_yunet/face_detection_yunet_2026may.onnx",
            f"{_OPENCV_ZOO}/main/models/face_detection_yunet/face_detection_yunet_2026may.onnx",
        ),
        licence="MIT",
        proven=True,
        input=YUNET_INPUT,
    ),
    ModelEntry(
        name="yunet-2023mar",
        task="face detector",
        adapter="yunet",
        file="face_detection_yunet_2023mar.onnx",
        sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
        size=232589,
        urls=(
            f"{_OPENCV_ZOO}/f12e12798e8314f7c074a6656816c048dcc95b7a"
            "/models/face_detection_yunet/face_detection_yunet_2023mar.onnx",
            f"{_OPENCV_ZOO}/main/models/face_detection_yunet/face_detection_yunet_2023mar.onnx",
        ),
        licence="MIT",
        proven=False,
        input=NetworkInput((640, 640), "BGR", scale=1),
        note="the weights of 2026may at one size",
    ),
    ModelEntry(
        name="yunet-n-dynamic",
        task="face detector",
        adapter="yunet",
        file="yunet_n_dynamic.onnx",
        sha256="104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12",
        size=322906,
        urls=("https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/master/onnx/yunet_n_dynamic.onnx",),
        licence="Apache-2.0",
        proven=True,
        input=YUNET_INPUT,
    ),
    ModelEntry(
        name="blaze-face",
        task="face detector",
        adapter="mediapipe",
        file="blaze_face_short_range.tflite",
        sha256="b4578f35940bf5a1a655214a1cce5cab13eba73c1297cd78e1a04c2380b0152f",
        size=229746,
        urls=(f"{_MEDIAPIPE}/face_detector/blaze_face_short_range/float16/1/blaze_face_short_range.tflite",),
        licence="Apache-2.0",
        proven=True,
    ),
    ModelEntry(
        name="face-landmarker",
        task="face outline",
        adapter="mediapipe",
        file="face_landmarker.task",
        sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
        size=3758596,
        urls=(f"{_MEDIAPIPE}/face_landmarker/face_landmarker/float16/1/face_landmarker.task",),
        licence="Apache-2.0",
        proven=True,
    ),
)
BY_NAME = {entry.name: entry for entry in CATALOG}
DOWNLOADABLE = tuple(entry for entry in CATALOG if entry.urls)


def find_entry(name: str) -> ModelEntry:
    """The entry of a name; OptionError with the valid ones for another.

    >>> find_entry("builtin").task
    'parser'
    """
    if name not in BY_NAME:
        raise unknown("model", name, tuple(BY_NAME))
    return BY_NAME[name]
