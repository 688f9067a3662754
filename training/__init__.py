"""The recipe of the built-in parser: from labelled photos to the ONNX file in the package."""
