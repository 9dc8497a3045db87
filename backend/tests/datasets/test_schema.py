from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
import pytest

from backend.datasets.parquet import Dataset
from backend.datasets.schema import MAX_COLUMNS, check_schema, open_parquet
from backend.domain.errors import DatasetSchemaMismatch, DatasetUnreadable
from backend.tests.datasets.tables import SAMPLE, picture, write

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def saved(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table({name: pa.nulls(2, kind) for name, kind in columns.items()}), path)
    return path


def check(path: Path) -> None:
    with open_parquet(path) as file:
        check_schema(file, path.name)


@pytest.mark.parametrize(
    ("image", "text"),
    [
        (IMAGE, pa.string()),
        (pa.struct([("bytes", pa.large_binary())]), pa.large_string()),
        (IMAGE, pa.dictionary(pa.int32(), pa.string())),
        (pa.struct([("bytes", pa.binary_view())]), pa.string_view()),
    ],
)  # fmt: skip
def test_the_agreed_columns_may_come_in_all_widths(tmp_path: Path, image: Any, text: Any) -> None:
    path = saved(tmp_path / "a.parquet", image=image, text=text, other=pa.list_(pa.int8()))
    check(path)
    dataset = Dataset(path)
    for column in ("image.bytes", "text"):
        assert sum(len(c) for g in dataset.groups() for c in dataset.cells(g, column)) == 2


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"text": pa.string()}, "the column `image` is missing"),
        ({"image": IMAGE}, "the column `text` is missing"),
        ({"image": pa.binary(), "text": pa.string()}, "`image` is binary and not a struct"),
        ({"image": pa.struct([("path", pa.string())]), "text": pa.string()}, "no field `bytes`"),
        ({"image": pa.struct([("bytes", pa.string())]), "text": pa.string()}, "not binary"),
        ({"image": IMAGE, "text": pa.int64()}, "`text` is int64 and not string"),
        ({"Image": IMAGE, "caption": pa.string()}, "Found: Image: struct"),
    ],
)
def test_wrong_columns_are_named_with_what_was_found(
    tmp_path: Path, columns: dict[str, Any], fault: str
) -> None:
    with pytest.raises(DatasetSchemaMismatch) as caught:
        check(saved(tmp_path / "a.parquet", **columns))
    assert fault in caught.value.detail
    assert "needs a column `image`" in caught.value.detail
    assert caught.value.detail.endswith("try again.")


def test_ten_thousand_columns_are_a_sentence(tmp_path: Path) -> None:
    columns = {"image": IMAGE, "text": pa.string()}
    columns |= {f"c{number}": pa.int8() for number in range(10_000)}
    with pytest.raises(DatasetSchemaMismatch, match=r"10,002 columns; at most 1,000"):
        check(saved(tmp_path / "a.parquet", **columns))


def test_more_columns_than_a_process_should_parse_are_a_sentence(tmp_path: Path) -> None:
    schema = pa.schema([(f"c{number}", pa.int8()) for number in range(50_001)])
    pq.ParquetWriter(tmp_path / "a.parquet", schema).close()
    with pytest.raises(DatasetUnreadable, match=r"at most 50,000 columns or row groups"):
        check(tmp_path / "a.parquet")


def test_four_thousand_row_groups_are_fine(tmp_path: Path) -> None:
    cells = [picture()] * 4_000
    path = write(tmp_path / "a.parquet", cells, ["a"] * 4_000, group_rows=1)
    assert sum(1 for _ in Dataset(path).groups()) == 4_000


def test_many_columns_within_the_limit_are_fine(tmp_path: Path) -> None:
    columns = {"image": IMAGE, "text": pa.string()}
    columns |= {f"c{number}": pa.int8() for number in range(MAX_COLUMNS - 2)}
    check(saved(tmp_path / "a.parquet", **columns))


def test_long_names_of_columns_are_cut_wherever_they_are_told(tmp_path: Path) -> None:
    cut = "n" * 79 + "…"
    long = {"n" * 1_000_000: pa.int8()}
    path = saved(tmp_path / "a.parquet", image=IMAGE, text=pa.string(), **long)
    assert Dataset(path).columns[-1] == (cut, "int8")
    with pytest.raises(DatasetSchemaMismatch) as caught:
        check(saved(tmp_path / "b.parquet", text=pa.string(), **long))
    assert f"{cut}: int8" in caught.value.detail
    assert len(caught.value.detail) < 1_000


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    table = pa.Table.from_arrays(
        [pa.nulls(1, IMAGE), pa.nulls(1, pa.string()), pa.nulls(1, pa.string())],
        names=["image", "text", "text"],
    )
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(DatasetSchemaMismatch, match="`text` is there twice"):
        check(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"PAR1PAR1", "is truncated"),
        (b"PAR1", "is truncated"),
        (b"\x00" * 1_000, "does not begin with PAR1"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "does not begin with PAR1"),
        (b"PAR1" + b"\xff" * 100 + (60).to_bytes(4, "little") + b"PAR1", "cannot be opened"),
        (b"PAR1" + b"\xff" * 100 + (2**31).to_bytes(4, "little") + b"PAR1", "does not fit"),
        (b"PARE" + b"\xff" * 100 + b"PARE", "is encrypted"),
    ],
)
def test_what_is_no_parquet_is_said_in_plain_words(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(DatasetUnreadable, match=why) as caught:
        Dataset(path)
    assert caught.value.detail.startswith("a.parquet ")


def test_a_footer_over_the_limit_is_not_parsed(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with path.open("wb") as stream:
        stream.write(b"PAR1")
        stream.truncate(200 * 2**20)
        stream.seek(0, 2)
        stream.write((100 * 2**20).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(DatasetUnreadable, match="100 MB; 64 MB is the limit"):
        Dataset(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_file_is_truncated(tmp_path: Path, share: float) -> None:
    content = SAMPLE.read_bytes()
    path = tmp_path / "cut.parquet"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(DatasetUnreadable, match="truncated"):
        Dataset(path)


class _Plain(pe.KmsClient):  # type: ignore[misc]
    """Keys in the clear: only the file's own encryption matters here."""

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> bytes:
        return key_bytes

    def unwrap_key(self, wrapped_key: bytes, master_key_identifier: str) -> bytes:
        return wrapped_key


def encrypted(folder: Path, is_footer_plain: bool) -> Path:
    table = pq.read_table(write(folder / "a.parquet", [picture()], ["a"]))
    configuration = pe.EncryptionConfiguration(
        footer_key="f", column_keys={"c": ["text"]}, plaintext_footer=is_footer_plain
    )
    factory = pe.CryptoFactory(lambda _: _Plain())
    properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), configuration)
    path = folder / "b.parquet"
    with pq.ParquetWriter(path, table.schema, encryption_properties=properties) as writer:
        writer.write_table(table)
    return path


@pytest.mark.parametrize(
    ("is_footer_plain", "why"), [(True, "has encrypted columns"), (False, "is encrypted")]
)
def test_encrypted_files_are_told(tmp_path: Path, is_footer_plain: bool, why: str) -> None:
    with pytest.raises(DatasetUnreadable, match=why):
        Dataset(encrypted(tmp_path, is_footer_plain))


def test_an_encrypted_column_without_a_signature_does_not_abort_the_process(
    tmp_path: Path,
) -> None:
    # Without the signature it looks like any other file, and Arrow's getters abort on it.
    path = encrypted(tmp_path, is_footer_plain=True)
    content = path.read_bytes()
    length = int.from_bytes(content[-8:-4], "little") - 28
    path.write_bytes(content[:-36] + length.to_bytes(4, "little") + b"PAR1")
    row = Dataset(path).row(0)
    assert row.image == picture()
    assert row.problem is not None
    assert "the text of this row cannot be read: Cannot decrypt" in row.problem


def test_deep_nesting_is_a_sentence(tmp_path: Path) -> None:
    kind: Any = pa.int8()
    for _ in range(60):
        kind = pa.struct([("a", kind)])
    path = saved(tmp_path / "a.parquet", image=IMAGE, text=pa.string(), deep=kind)
    for _ in range(140):
        kind = pa.struct([("a", kind)])
    check(path)
    with pytest.raises((DatasetUnreadable, DatasetSchemaMismatch)):
        check(saved(tmp_path / "b.parquet", image=IMAGE, text=pa.string(), deep=kind))


def test_a_missing_file_and_an_empty_folder_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnreadable, match="No such file"):
        Dataset(tmp_path / "none.parquet")
    with pytest.raises(DatasetUnreadable, match=r"no \.parquet file"):
        Dataset(tmp_path)
