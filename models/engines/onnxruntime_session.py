"""Opens a model file in ONNX Runtime and checks its description."""

from collections.abc import Mapping
from pathlib import Path

import onnxruntime as ort

from common.errors import first_line
from common.log import log
from models.clip_spec import CLIP_KEY, ClipSpec
from models.errors import EngineError, ModelFileError
from models.spec import OLD_BATCHED_KEY, ROLLED_KEY, SPEC_KEY, STREAMS, ModelSpec

NOT_BY_DEFAULT = ("TensorrtExecutionProvider", "NvTensorRTRTXExecutionProvider", "AzureExecutionProvider")
"""Providers left out unless requested: TensorRT has its own engine here, Azure is no local device."""


DEVICES = {"CUDAExecutionProvider": "cuda"}
"""The device of a provider's tensors; all others use the CPU."""


def default_providers() -> tuple[str, ...]:
    """The local providers of this build, best first; the CPU is always the last."""
    return tuple(provider for provider in ort.get_available_providers() if provider not in NOT_BY_DEFAULT)


def open_session(
    path: Path, providers: tuple[str, ...], threads: int, streams: int | None = None
) -> ort.InferenceSession:
    """Load a model file, without ONNX Runtime's own log.

    Args:
        path: the file.
        providers: execution providers in order of preference.
        threads: CPU threads per step.
        streams: number of streams, if the file leaves it open; None keeps it open.
    """
    _check_providers(providers)
    options = _options(threads)
    # Without VNNI an x86 CPU adds INT8 products in 16 bits, where they overflow; this takes the way that does not.
    options.add_session_config_entry("session.x64quantprecision", "1")
    if streams is not None:
        options.add_free_dimension_override_by_name(STREAMS, streams)
    session = _load(path, options, providers)
    if (provider := session.get_providers()[0]) != providers[0]:
        log.warning(
            "ONNX Runtime did not get %s and runs on %s; is a driver or library missing?", providers[0], provider
        )
    return session


def _check_providers(providers: tuple[str, ...]) -> None:
    """Check that this build of ONNX Runtime has all of them."""
    missing = [provider for provider in providers if provider not in ort.get_available_providers()]
    if missing:
        raise EngineError(
            f"this ONNX Runtime has no {missing[0]}; it has {', '.join(ort.get_available_providers())}. "
            "Install the build for your device (onnxruntime-gpu for CUDA) or leave the provider out."
        )


def describe(path: Path) -> ModelSpec:
    """The metadata of a model file, read with a session without optimisation."""
    options = _options(threads=1)
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return read_spec(_load(path, options, ("CPUExecutionProvider",)), path)


def _options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors come as exceptions; its warnings are not for users
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _load(path: Path, options: ort.SessionOptions, providers: tuple[str, ...]) -> ort.InferenceSession:
    if not path.is_file():
        raise ModelFileError(f"no model file {path}; give a .onnx file, or none for the shipped model")
    try:
        return ort.InferenceSession(str(path), options, providers=list(providers))
    except Exception as error:  # ONNX Runtime raises a private class for each status code
        raise ModelFileError(
            f"{path} is not a model that ONNX Runtime can run ({first_line(error)}). Copy or export it again."
        ) from error


def read_spec(session: ort.InferenceSession, path: Path, streams: int | None = None) -> ModelSpec:
    """The spec in a model's metadata, checked against its graph.

    Args:
        session: the model.
        path: its file, for messages.
        streams: number of streams that the session was opened for; None if open.
    """
    metadata = session.get_modelmeta().custom_metadata_map
    if SPEC_KEY not in metadata:
        raise ModelFileError(f"{path} {_kind(metadata)}")
    spec = ModelSpec.from_json(metadata[SPEC_KEY], str(path))
    open_inputs, open_outputs = (
        {name: (streams or STREAMS, *shape[1:]) for name, shape in shapes.items()}
        for shapes in (spec.inputs, spec.outputs)
    )
    check_graph(session, open_inputs, open_outputs, path)
    return spec


def read_clip_spec(session: ort.InferenceSession, path: Path) -> ClipSpec:
    """The spec of a clip network's file, checked against its graph."""
    metadata = session.get_modelmeta().custom_metadata_map
    if CLIP_KEY not in metadata:
        is_stream = bool({SPEC_KEY, ROLLED_KEY, OLD_BATCHED_KEY} & set(metadata))
        kind = (
            "is a stream network; give it as the model" if is_stream else f"does not describe itself (no '{CLIP_KEY}')"
        )
        raise ModelFileError(f"{path} {kind}, and as clip network a file that `training.export` made of one")
    spec = ClipSpec.from_json(metadata[CLIP_KEY], str(path))
    check_graph(session, spec.inputs, spec.outputs, path)
    return spec


Shapes = Mapping[str, tuple[int | str, ...]]
"""Shapes of a graph's inputs or outputs, by name; open sizes are strings."""


def check_graph(session: ort.InferenceSession, inputs: Shapes, outputs: Shapes, path: Path) -> None:
    """Check a description against the graph.

    Raises:
        ModelFileError: an input or output is missing, or has another shape.
    """
    for expected, real in ((inputs, session.get_inputs()), (outputs, session.get_outputs())):
        found = {tensor.name: tuple(tensor.shape) for tensor in real}
        wrong = sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
        if wrong:
            name = wrong[0]
            raise ModelFileError(
                f"{path} describes another graph than it holds: {name} is {expected.get(name, 'not there')} in the "
                f"description and {found.get(name, 'not there')} in the graph. Export it again."
            )


def _kind(metadata: dict[str, str]) -> str:
    """What kind of file has no stream network's description."""
    if ROLLED_KEY in metadata:
        return "is a rolled export, for servers; give the model that it was made from"
    if OLD_BATCHED_KEY in metadata:
        return "is a batched form of version 1; a model file now serves one stream and many: give that, exported again"
    if CLIP_KEY in metadata:
        return "is a clip network, which needs a stream network; give the stream network as the model"
    return (
        f"does not describe itself (no '{SPEC_KEY}' in its metadata); "
        "it was not exported by this project: export it with `python -m training.export`"
    )
