"""Failures of the hub's client, in our words: what happened, and what to do next."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from backend.domain.errors import NetworkUnavailable, StorageFull
from backend.models.catalog import WeightEntry

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def plain_errors(entry: WeightEntry) -> Iterator[None]:
    """Says in our words what the client raises; see `hub.pull_repositories`."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    try:
        yield
    except HfHubHTTPError as error:
        raise NetworkUnavailable(_refusal(entry, error)) from error
    except OfflineModeIsEnabled as error:
        raise NetworkUnavailable(
            f"HF_HUB_OFFLINE is set and {entry.title} is not here as a whole; unset it and run the "
            "same command again"
        ) from error
    except httpx2.HTTPError as error:
        raise NetworkUnavailable(_lost(entry)) from error
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                "the disk is full; free some space and run the same command again, it continues "
                "where it stopped"
            ) from error
        if error.errno is None:  # The client's word for a transfer of another length.
            raise NetworkUnavailable(_lost(entry)) from error
        raise


def _lost(entry: WeightEntry) -> str:
    from huggingface_hub import constants

    return (
        f"{entry.title} could not be fetched from {constants.ENDPOINT}; check the network and run "
        "the same command again, it continues where it stopped"
    )


def _refusal(entry: WeightEntry, error: Any) -> str:
    """What a status of the hub means for whoever wants the files, and what to do next."""
    from huggingface_hub import constants
    from huggingface_hub.errors import (
        GatedRepoError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    host, status = constants.ENDPOINT, error.response.status_code
    if isinstance(error, GatedRepoError):
        return (
            f"{entry.title} wants consent: accept its terms on {host}/{entry.source} with your "
            "account, set HF_TOKEN or run `hf auth login`, and run the same command again"
        )
    if isinstance(error, RevisionNotFoundError):
        return f"{host} no longer has the pinned commit of {entry.title}; nothing was fetched"
    if isinstance(error, RepositoryNotFoundError):
        return (
            f"{host} shows no repository of {entry.title} ({status}): it was removed, renamed or "
            "made private; check HF_ENDPOINT, and HF_TOKEN if you use one"
        )
    if status in (401, 403):
        return (
            f"{host} refuses the access token ({status}); renew or unset HF_TOKEN, or run "
            "`hf auth login`"
        )
    if status == 429:
        return (
            f"{host} takes no more requests for now (429); wait some minutes, or sign in with "
            "HF_TOKEN, and run the same command again: it continues where it stopped"
        )
    return f"{host} answered {status} for {entry.title}; try again later"
