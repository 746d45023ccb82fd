"""SharedEngine: a bounded number of concurrent steps, first in, first out."""

import threading

import numpy as np
import pytest
from fakes import ScriptedEngine
from streams import until

from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.engines.shared_engine import SharedEngine


class Counting(ScriptedEngine):
    """Records the order of steps and how many run concurrently; a step blocks until `go` is released."""

    def __init__(self):
        super().__init__()
        self.lock, self.go = threading.Lock(), threading.Semaphore(0)
        self.inside, self.most, self.order = 0, 0, []

    def step(self, picture, state):
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            self.order.append(int(picture[0, 0, 0, 0]))
        assert self.go.acquire(timeout=20)
        with self.lock:
            self.inside -= 1
        return super().step(picture, state)


def picture(name: int) -> np.ndarray:
    return np.full((1, 8, 8, 3), name, np.uint8)


def test_steps_are_bounded_and_first_in_first_out():
    inner = Counting()
    engine = SharedEngine(inner, max_concurrent=2)
    threads = []
    for name in range(6):
        threads.append(threading.Thread(target=engine.step, args=(picture(name), engine.start())))
        threads[-1].start()
        # The queue's length shows that this one waits before the next one comes.
        until(lambda n=name: len(inner.order) + engine._queue._work_queue.qsize() == n + 1)
    assert inner.order == [0, 1]
    for _ in threads:
        inner.go.release()
    for thread in threads:
        thread.join()
    assert inner.most == 2
    assert inner.order[:2] == [0, 1]
    assert sorted(inner.order[2:4]) == [2, 3]
    assert sorted(inner.order[4:]) == [4, 5]
    engine.close()
    assert inner.closed


def test_an_error_of_a_step_is_raised_in_the_thread_that_requested_it():
    engine = SharedEngine(ScriptedEngine(), max_concurrent=1)
    state = engine.start()
    engine.step(picture(0), state)
    with pytest.raises(RuntimeError, match="stepped from already"):
        engine.step(picture(0), state)
    engine.close()


def test_streams_in_threads_give_the_same_logits_as_one_after_another(small_model):
    inner = OnnxRuntimeEngine(small_model)
    engine = SharedEngine(inner, max_concurrent=2)
    pictures = np.random.default_rng(0).integers(0, 256, (3, 12, 1, 32, 32, 3), dtype=np.uint8)

    def outputs(stepped, stream):
        state, logits = stepped.start(), []
        for shown in stream:
            output, state = stepped.step(shown, state)
            logits.append(output.logits)
        return np.concatenate(logits)

    got = {}
    threads = [
        threading.Thread(target=lambda n=n: got.update({n: outputs(engine, pictures[n])})) for n in range(len(pictures))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.close()
    for number, stream in enumerate(pictures):
        np.testing.assert_array_equal(got[number], outputs(inner, stream))
