"""Recognises gestures of a camera with the network on a Triton server.

    pip install "tritonclient[grpc]"
    python examples/triton_client.py --url localhost:8001 --model mstnet_small --camera clip.mp4

Prints the same JSON lines as `python main.py --headless`. The input picture of the network is sent, not the frame.
"""

import argparse
import secrets
import sys
from contextlib import closing
from pathlib import Path

try:
    import tritonclient.grpc as triton
except ModuleNotFoundError:
    sys.stderr.write('triton_client: tritonclient is not installed; `pip install "tritonclient[grpc]"`\n')
    sys.exit(2)

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from app.camera import open_camera
from app.events import Events
from app.loop import run
from app.outputs.json_lines import STDOUT, JsonLines
from common.command import command
from models.engines.base import Output, check_picture
from models.errors import EngineError
from models.frame import Image
from models.networks import networks_of
from models.recognizer import Recognizer
from models.spec import EMBEDDING, LOGITS, PICTURE, SPEC_KEY, ModelSpec
from models.state import StreamState

ANSWER_TIMEOUT_S = 5.0


class TritonEngine:
    """A model on a Triton server, written there by `python -m conversion triton`. Each stream is a sequence there.

    Args:
        url: host and port of its gRPC service.
        model: the model's name on the server.

    Raises:
        EngineError: the server cannot be reached, or has no such model.
    """

    streams = 1

    def __init__(self, url: str, model: str) -> None:
        self.name = f"triton:{url}"
        self._model = model
        self._client = triton.InferenceServerClient(url)
        try:
            parameters = self._client.get_model_config(model, client_timeout=ANSWER_TIMEOUT_S).config.parameters
        except triton.InferenceServerException as error:
            raise EngineError(f"no model {model} at {url}: {error.message()}; is tritonserver running?") from error
        self.spec = ModelSpec.from_json(parameters[SPEC_KEY].string_value, f"{model} at {url}")

    def start(self, lag_divisor: int = 1) -> StreamState:
        """Start a sequence with a new number; its past on the server is zeros.

        Raises:
            EngineError: the lags are to be divided, which the served graph does not support.
        """
        if lag_divisor != 1:
            raise EngineError(f"{self.name} cannot divide its lags; run it without the fast pass")
        return StreamState(1 + secrets.randbelow(2**63 - 1))  # 0 is no sequence

    def forget(self, row: int, state: StreamState) -> StreamState:
        """A new sequence."""
        del row
        state.take()
        return self.start()

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Send one picture, uint8 `spec.picture_shape`; the server steps the sequence."""
        check_picture(picture, self.spec)
        sequence = state.take()
        given = triton.InferInput(PICTURE, list(picture.shape), "UINT8")
        given.set_data_from_numpy(picture)
        try:
            result = self._client.infer(
                self._model,
                [given],
                outputs=[triton.InferRequestedOutput(LOGITS), triton.InferRequestedOutput(EMBEDDING)],
                sequence_id=sequence,
                sequence_start=state.steps == 0,
                client_timeout=ANSWER_TIMEOUT_S,
            )
        except triton.InferenceServerException as error:
            raise EngineError(f"{self.name} did not step: {error.message()}") from error
        return Output(result.as_numpy(LOGITS), result.as_numpy(EMBEDDING)), StreamState(sequence, state.steps + 1)

    def close(self) -> None:
        """Close the connection; the server drops idle sequences."""
        self._client.close()


@command("triton_client")
def main(arguments: list[str] | None = None) -> int:
    """Recognise gestures with a Triton server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="localhost:8001", help="host and port of Triton's gRPC service")
    parser.add_argument("--model", default="mstnet_small", help="its name there")
    parser.add_argument("--camera", default="0", help="as main.py takes it")
    given = parser.parse_args(arguments)
    with closing(TritonEngine(given.url, given.model)) as engine:
        camera = open_camera(given.camera, on_status=lambda text: print(text, file=sys.stderr))
        with closing(camera), closing(JsonLines(STDOUT)) as lines:
            run(camera, Recognizer(networks_of(engine, fast_pass=False)), Events([lines]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
