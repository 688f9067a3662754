"""SCHP parsers: the picture scaled into the centre of a black square; three outputs, of which the second decides.

Source: Li et al. 2020, Self-Correction for Human Parsing. Outputs: the parsing branch, its fusion with the edge branch
(the one to use), the edges; both parsings at a quarter of the input, made to be enlarged with corners aligned.
"""

from segmask.models.onnx_parser import Family

SCHP = Family(fit="centre", fill=0, output=1, align_corners=True)
