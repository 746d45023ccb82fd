"""Runs the pictures of a take through another model, so that it need not be recorded again."""

from dataclasses import replace

import numpy as np

from calibration.take import Take
from models.engines.base import Engine
from models.preprocess import to_picture


def recomputed(engine: Engine, take: Take) -> Take:
    """The take with the output of another model of the same rate, from an empty past.

    Raises:
        ValueError: the model has another step rate.
    """
    spec = engine.spec
    if spec.rate_hz != take.spec.rate_hz:
        raise ValueError(f"the take has {take.spec.rate_hz:g} steps per second, the model {spec.rate_hz:g}")
    state, outputs = engine.start(), []
    for picture in take.pictures:
        output, state = engine.step(to_picture(picture, spec.height, spec.width)[None], state)
        outputs.append(output)
    logits, embeddings = (np.concatenate([getattr(o, name) for o in outputs]) for name in ("logits", "embedding"))
    return replace(take, logits=logits, embeddings=embeddings, spec=spec)
