"""`python -m backend`."""

from backend.cli import app

app()
