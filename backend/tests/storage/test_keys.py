from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.domain.access import KeyScope, new_key
from backend.domain.errors import StoreUnavailable
from backend.storage.keys import KeyFile

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_key_is_seen_by_others_at_once_and_its_secret_by_nobody(tmp_path: Path) -> None:
    reader, writer = KeyFile(tmp_path / "state"), KeyFile(tmp_path / "state")
    assert reader.all() == {}
    key, text = new_key("a", [KeyScope.ADMIN], NOW)
    writer.add(key)
    assert reader.all() == {key.id: key}
    writer.replace(key.revoked(NOW))
    assert reader.all()[key.id].revoked_at == NOW
    assert text.split("_")[2] not in writer.path.read_text("utf-8")
    assert writer.path.stat().st_mode & 0o777 == 0o600


def test_an_unchanged_file_is_not_read_again(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path)
    keys.add(new_key("a", [KeyScope.ADMIN], NOW)[0])
    assert keys.all() is keys.all()


def test_writers_at_once_lose_no_key(tmp_path: Path) -> None:
    made = [new_key(str(number), [KeyScope.ADMIN], NOW)[0] for number in range(12)]
    threads = [threading.Thread(target=KeyFile(tmp_path).add, args=(key,)) for key in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(KeyFile(tmp_path).all()) == {key.id for key in made}


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"keys": 1}', '{"keys": [{}]}', '{"keys": [1]}', "\ud800",
     '{"keys": [{"id": "a", "label": "a", "scopes": ["all"], "sha256": "0", "created_at": "x"}]}'],
)  # fmt: skip
def test_a_broken_file_is_an_error_and_not_an_empty_one(tmp_path: Path, content: str) -> None:
    keys = KeyFile(tmp_path)
    keys.path.write_bytes(content.encode("utf-8", "surrogatepass"))
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=r"keys\.json"):
            keys.all()


def test_the_secret_of_tickets_stays(tmp_path: Path) -> None:
    pepper = KeyFile(tmp_path).pepper()
    assert len(pepper) == 32
    assert KeyFile(tmp_path).pepper() == pepper
    assert (tmp_path / "tickets.secret").stat().st_mode & 0o777 == 0o600
