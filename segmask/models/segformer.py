"""SegFormer parsers: the picture is pressed into a fixed input; logits come at a quarter of it.

Source: Xie et al. 2021, SegFormer; input and normalisation from the published SegformerImageProcessor settings.
"""

from segmask.models.onnx_parser import Family

SEGFORMER = Family(fit="stretch")
