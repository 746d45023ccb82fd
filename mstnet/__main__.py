"""`python -m mstnet`: the app."""

from mstnet.commands import app

app()
