"""The cache of TensorRT engines built on this machine.

The key is the content of the ONNX file, which includes its precision, the version of TensorRT and the GPU.
"""

import glob
from collections.abc import Iterator
from pathlib import Path

from common.log import log
from common.user_folders import CACHE, cache_folder
from common.whole_file import WriteError
from models.engines.plan_file import Plan, read_description, read_plan, sha256, write_plan
from models.errors import ModelFileError


def cached_path(onnx: Path, runtime: str, gpu: str) -> Path:
    """The cached file for an ONNX file, a TensorRT version and a GPU.

    Raises:
        ModelFileError: the ONNX file cannot be read.
    """
    key = sha256("\n".join((sha256(read_onnx(onnx)), runtime, gpu)).encode())
    return cache_folder() / f"{onnx.stem}-{key[:16]}.plan"


def read_onnx(path: Path) -> bytes:
    """The content of a model file.

    Raises:
        ModelFileError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read ({error.strerror}); give a .onnx file that is there") from error


def find_kept(path: Path) -> Plan | None:
    """The engine cached at a path; None if there is none, or if it is damaged, which is logged."""
    if not path.with_suffix(".json").exists():
        return None
    try:
        return read_plan(path)
    except ModelFileError as error:
        log.warning("%s (The cached engine is built again now.)", error)
        return None


def keep(path: Path, plan: Plan) -> None:
    """Write an engine into the cache; if that fails, log a warning and continue."""
    try:
        write_plan(path, plan)
    except WriteError as error:
        log.warning("%s with %s; until then each start builds the engine again", error, CACHE)


def drop_stale(path: Path, onnx: Path, gpu: str) -> None:
    """Remove a file's engines for this GPU from other TensorRT versions; logs each."""
    for other, runtime in _stale(path, onnx, gpu):
        log.info("the cached engine of %s was built by %s, which is no longer here", onnx.name, runtime)
        for suffix in (".plan", ".json", ".kernels"):
            other.with_suffix(suffix).unlink(missing_ok=True)


def _stale(path: Path, onnx: Path, gpu: str) -> Iterator[tuple[Path, str]]:
    content = sha256(read_onnx(onnx))
    for other in path.parent.glob(f"{glob.escape(onnx.stem)}-*.json"):
        try:
            _, built = read_description(other)
        except ModelFileError:
            continue
        if other != path.with_suffix(".json") and built and (built.onnx_sha256, built.gpu) == (content, gpu):
            yield other, built.runtime
