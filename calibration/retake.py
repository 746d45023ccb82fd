"""Retake: show a take's pictures to another model, so that nobody has to record again."""

from dataclasses import replace

import numpy as np

from calibration.take import Take
from models.engines.base import Engine
from models.preprocess import to_picture


def shown_to(engine: Engine, take: Take) -> Take:
    """The take as another model of the same rate sees it, from an empty past.

    Raises:
        ValueError: the model steps at another rate.
    """
    spec = engine.spec
    if spec.rate_hz != take.spec.rate_hz:
        raise ValueError(f"a take of {take.spec.rate_hz:g} steps a second; the model takes {spec.rate_hz:g}")
    state, outputs = engine.start(), []
    for picture in take.pictures:
        output, state = engine.step(to_picture(picture, spec.height, spec.width)[None], state)
        outputs.append(output)
    logits, embeddings = (np.concatenate([getattr(o, name) for o in outputs]) for name in ("logits", "embedding"))
    return replace(take, logits=logits, embeddings=embeddings, spec=spec)
