"""The log of this project. A program that embeds it sets its level and handlers by the name `mstnet`."""

import logging

log = logging.getLogger("mstnet")
