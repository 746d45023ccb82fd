"""Every graph that this project exports, through TensorRT-RTX's own parser and builder, which need no GPU."""

import os
import signal
import sys
from collections import defaultdict
from pathlib import Path

import onnx
import pytest

from calibration.quantization.graph import FloatGraph
from calibration.quantization.half import to_float16
from calibration.quantization.qdq import quantised
from conversion.__main__ import main
from models.engines.onnx_to_plan import build_plan
from models.engines.tensorrt_runtime import Tensorrt
from models.errors import EngineError, ModelFileError

rtx = pytest.importorskip("tensorrt_rtx_bindings", reason="needs TensorRT-RTX", exc_type=ImportError)

WEIGHTS = Path(__file__).resolve().parents[3] / "models" / "weights"
PRECISIONS = ("fp32", "fp16", "int8")
LAPTOPS = ("SM86", "SM89")
"""RTX 30 and RTX 40."""
ALL_CHIPS = tuple(name for name in rtx.ComputeCapability.__members__ if name not in ("NONE", "CURRENT"))
TURING = "SM75"
"""RTX 20, for which it multiplies matrices in halves only."""


@pytest.fixture(scope="module")
def tensorrt():
    return Tensorrt(rtx)


def in_precision(path: Path, precision: str) -> bytes:
    """A graph as `calibration.quantize` writes it; with arbitrary scales, which the parser ignores."""
    if precision == "fp32":
        return path.read_bytes()
    graph = FloatGraph.load(path)
    if precision == "fp16":
        return to_float16(graph).SerializeToString()
    layers = [node.name for node in graph.layers]
    return quantised(graph, defaultdict(lambda: 0.05), layers).SerializeToString()


@pytest.fixture
def small(request, exported_net):
    """One of the networks at a quarter of its width and 32 px."""
    backbone, operation, options = request.param
    return exported_net(backbone, operation, **options)


@pytest.fixture
def full(request, full_model):
    """A network at its full width, or a shipped one."""
    return WEIGHTS / "mstnet_small.onnx" if request.param == "shipped" else full_model(request.param)


NETWORKS = [
    pytest.param((backbone, operation, {}), id=f"{backbone}-{operation}")
    for backbone in ("mobilenet_v2", "resnet18", "resnet50", "shufflenet")
    for operation in ("none", "shift", "mixtconv")
] + [
    pytest.param(("mobilenet_v2", "conv1d", {}), id="mobilenet_v2-conv1d"),
    pytest.param(("shufflenet", "mixtconv", {"assigned": True}), id="shufflenet-mixtconv-assigned"),
]


@pytest.mark.parametrize("small", NETWORKS, indirect=True)
def test_every_network_builds(tensorrt, small, request):
    """In every precision; of the networks that are there for comparison in fp32, since a build takes a second."""
    main_ones = request.node.callspec.id.startswith(("mobilenet_v2", "resnet50"))
    for precision in PRECISIONS if main_ones else ("fp32",):
        plan, found = build_plan(tensorrt, in_precision(small, precision), lambda _: None, LAPTOPS)
        assert found == precision
        assert len(plan) > 10_000


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("full", ["shipped", "mobilenet_v2", "resnet50"], indirect=True)
def test_full_networks_build_for_every_chip_that_it_targets(tensorrt, full, precision):
    chips = [chip for chip in ALL_CHIPS if chip != TURING or precision == "fp16"]
    plan, found = build_plan(tensorrt, in_precision(full, precision), lambda _: None, chips)
    assert found == precision
    assert len(plan) > 100_000


def test_the_clip_network_builds_for_every_chip_that_it_targets(tensorrt):
    chips = [chip for chip in ALL_CHIPS if chip != TURING]
    plan, found = build_plan(tensorrt, (WEIGHTS / "mstnet_small.clip.onnx").read_bytes(), lambda _: None, chips)
    assert found == "fp32"
    assert len(plan) > 100_000


def test_progress_is_reported_in_tenths(tensorrt, small_model):
    shares = []
    build_plan(tensorrt, small_model.read_bytes(), shares.append, LAPTOPS)
    assert shares == sorted(set(shares))
    assert shares[-1] > 0.5


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_ctrl_c_stops_a_build(ctrl_c, tensorrt, small_model):
    shares = []

    def interrupt(share):
        shares.append(share)
        if len(shares) == 1:  # a second one might come when the next test runs
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        build_plan(tensorrt, small_model.read_bytes(), interrupt, LAPTOPS)


def test_an_operator_that_it_does_not_know_is_one_line(tensorrt, small_model):
    model = onnx.load(small_model)
    model.graph.node[3].op_type = "Bernoulli"
    with pytest.raises(ModelFileError, match=r"does not take this network: .*Bernoulli") as caught:
        build_plan(tensorrt, model.SerializeToString(), lambda _: None)
    assert "\n" not in str(caught.value)


def test_what_is_no_network_is_one_line(tensorrt):
    with pytest.raises(ModelFileError, match="does not take this network") as caught:
        build_plan(tensorrt, b"\xff" * 100, lambda _: None)
    assert "\n" not in str(caught.value)


def test_what_it_cannot_build_is_reported(tensorrt, small_model):
    # After a build that was stopped, RTX 1.7 sometimes says "Target SM 75 is not found" instead of "for Turing (SM75)".
    with pytest.raises(EngineError, match=r"cannot build the engine: .*SM ?75") as caught:
        build_plan(tensorrt, small_model.read_bytes(), lambda _: None, (TURING,))
    assert "\n" not in str(caught.value)


def test_an_older_error_is_not_blamed(tensorrt, small_model):
    tensorrt.logger.log(rtx.ILogger.ERROR, "Build canceled by user")
    with pytest.raises(EngineError, match=r"cannot build the engine: .*SM ?75"):
        build_plan(tensorrt, small_model.read_bytes(), lambda _: None, (TURING,))
    tensorrt.logger.log(rtx.ILogger.ERROR, "Build canceled by user")
    with pytest.raises(EngineError, match=r"does not open the engine: (?!Build canceled)"):
        tensorrt.open(b"no engine" * 100)


def test_a_chip_that_it_does_not_target_is_reported(tensorrt, small_model):
    with pytest.raises(EngineError, match="does not build ahead of time for SM20"):
        build_plan(tensorrt, small_model.read_bytes(), lambda _: None, ("SM20",))


def test_the_command_checks_a_file_without_a_gpu(small_model, capsys, monkeypatch):
    monkeypatch.setattr("models.engines.tensorrt_runtime.MODULES", ("tensorrt_rtx_bindings",))
    assert main(["tensorrt", str(small_model), "--check", *LAPTOPS]) == 0
    assert f"tensorrt-rtx {rtx.__version__} builds it in fp32 for SM86, SM89" in capsys.readouterr().out


def test_an_engine_that_does_not_open_says_why(tensorrt):
    with pytest.raises(EngineError, match=r"does not open the engine: .") as caught:
        tensorrt.open(b"no engine" * 100)
    assert "\n" not in str(caught.value)
