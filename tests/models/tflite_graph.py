"""A TFLite segmenter, built here, that tells classes by colour: what MediaPipe's ImageSegmenter takes for a model."""

from __future__ import annotations

from typing import Any

import numpy as np

SIDE = 256  # as the published selfie segmenter's input


def colour_segmenter(colours: np.ndarray, sharpness: float = 60) -> bytes:
    """A model with input (1, 256, 256, 3) in [0, 1] and the classes' probabilities (1, 256, 256, K) as output.

    Args:
        colours: (K, 3) RGB, 0..255: one class each. A 1x1 convolution scores -|value - colour|^2, a softmax follows.
    """
    from mediapipe.tasks.metadata import schema_py_generated as schema

    values = np.asarray(colours, np.float64) / 255
    weights = (2 * sharpness * values)[:, None, None, :].astype(np.float32)
    bias = (-sharpness * (values**2).sum(1)).astype(np.float32)
    classes = len(values)
    model = schema.ModelT()
    model.version, model.description = 3, "stand-in"
    model.operatorCodes = [_code(schema, schema.BuiltinOperator.CONV_2D), _code(schema, schema.BuiltinOperator.SOFTMAX)]
    model.buffers = [_buffer(schema, content) for content in (b"", weights.tobytes(), bias.tobytes(), _metadata())]
    model.metadata = [schema.MetadataT()]
    model.metadata[0].name, model.metadata[0].buffer = "TFLITE_METADATA", 3
    graph = schema.SubGraphT()
    graph.name = "main"
    graph.tensors = [
        _tensor(schema, "image", [1, SIDE, SIDE, 3]),
        _tensor(schema, "weights", list(weights.shape), buffer=1),
        _tensor(schema, "bias", [classes], buffer=2),
        _tensor(schema, "logits", [1, SIDE, SIDE, classes]),
        _tensor(schema, "classes", [1, SIDE, SIDE, classes]),
    ]
    convolution = schema.Conv2DOptionsT()
    convolution.padding, convolution.strideH, convolution.strideW = schema.Padding.VALID, 1, 1
    convolution.dilationHFactor = convolution.dilationWFactor = 1
    softmax = schema.SoftmaxOptionsT()
    softmax.beta = 1.0
    graph.operators = [
        _operator(schema, 0, [0, 1, 2], [3], schema.BuiltinOptions.Conv2DOptions, convolution),
        _operator(schema, 1, [3], [4], schema.BuiltinOptions.SoftmaxOptions, softmax),
    ]
    graph.inputs, graph.outputs = [0], [4]
    model.subgraphs = [graph]
    return _packed(model, b"TFL3")


def _metadata() -> bytes:
    """What MediaPipe wants to know: that the input is an image, to be divided by 255."""
    from mediapipe.tasks.metadata import metadata_schema_py_generated as schema

    scale = schema.NormalizationOptionsT()
    scale.mean, scale.std = [0.0], [255.0]
    step = schema.ProcessUnitT()
    step.optionsType, step.options = schema.ProcessUnitOptions.NormalizationOptions, scale
    properties = schema.ImagePropertiesT()
    properties.colorSpace = schema.ColorSpaceType.RGB
    content = schema.ContentT()
    content.contentPropertiesType, content.contentProperties = schema.ContentProperties.ImageProperties, properties
    image, classes, graph, model = (
        schema.TensorMetadataT(),
        schema.TensorMetadataT(),
        schema.SubGraphMetadataT(),
        schema.ModelMetadataT(),
    )
    image.name, image.content, image.processUnits = "image", content, [step]
    classes.name = "classes"
    graph.inputTensorMetadata, graph.outputTensorMetadata = [image], [classes]
    model.name, model.subgraphMetadata = "stand-in", [graph]
    return _packed(model, b"M001")


def _packed(model: Any, identifier: bytes) -> bytes:
    import flatbuffers

    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), identifier)
    return bytes(builder.Output())


def _code(schema: Any, builtin: int) -> Any:
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = builtin
    code.version = 1
    return code


def _buffer(schema: Any, content: bytes) -> Any:
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(content, np.uint8) if content else None
    return buffer


def _tensor(schema: Any, name: str, shape: list[int], buffer: int = 0) -> Any:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name, shape, schema.TensorType.FLOAT32, buffer
    return tensor


def _operator(schema: Any, code: int, inputs: list[int], outputs: list[int], kind: int, options: Any) -> Any:
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = code, inputs, outputs
    operator.builtinOptionsType, operator.builtinOptions = kind, options
    return operator
