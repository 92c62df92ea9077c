"""Sealed secrets: only in their place, only with their key."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from answerable.kit.crypto import SecretBox, Undecipherable, load_secret_box
from answerable.kit.settings import Settings

OLD, NEW = "o" * 32, "n" * 32


@given(st.text(), st.text())
def test_what_is_sealed_opens_in_its_place(value: str, place: str) -> None:
    box = SecretBox([OLD])
    sealed = box.seal(value, place=place)
    assert box.open(sealed, place=place) == value
    with pytest.raises(Undecipherable):
        box.open(sealed, place=place + "'")


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_noticed(position: int, flip: int) -> None:
    box = SecretBox([OLD])
    sealed = bytearray(box.seal("sk-secret", place="here"))
    sealed[position % len(sealed)] ^= flip
    with pytest.raises(Undecipherable):
        box.open(bytes(sealed), place="here")


@pytest.mark.parametrize("cut", [0, 1, 5, 16, 17, 30])
def test_a_cut_value_is_noticed(cut: int) -> None:
    box = SecretBox([OLD])
    with pytest.raises(Undecipherable):
        box.open(box.seal("sk-secret", place="here")[:cut], place="here")


def test_the_same_value_never_looks_the_same() -> None:
    box = SecretBox([OLD])
    assert box.seal("sk-secret", place="here") != box.seal("sk-secret", place="here")


def test_a_new_key_seals_while_the_old_one_still_opens() -> None:
    before = SecretBox([OLD]).seal("sk-secret", place="here")
    both = SecretBox([NEW, OLD])
    assert both.open(before, place="here") == "sk-secret"
    assert not both.is_current(before)
    after = both.seal("sk-secret", place="here")
    assert both.is_current(after)
    assert SecretBox([NEW]).open(after, place="here") == "sk-secret"
    with pytest.raises(Undecipherable):
        SecretBox([NEW]).open(before, place="here")


def test_the_box_shows_no_key() -> None:
    assert OLD not in repr(SecretBox([OLD]))


def test_the_data_folders_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    sealed = load_secret_box(settings).seal("sk-secret", place="here")
    assert load_secret_box(settings).open(sealed, place="here") == "sk-secret"
    assert stat.S_IMODE((tmp_path / "secrets.key").stat().st_mode) == 0o600


def test_keys_from_the_settings_are_separated_by_commas(tmp_path: Path) -> None:
    sealed = SecretBox([OLD]).seal("sk-secret", place="here")
    rotated = Settings(data_dir=tmp_path, secrets_key=SecretStr(f"{NEW}, {OLD}"))
    assert load_secret_box(rotated).open(sealed, place="here") == "sk-secret"
    assert not (tmp_path / "secrets.key").exists()


@pytest.mark.parametrize("text", ["short", f"{NEW},short", ","])
def test_a_short_key_is_refused_by_the_settings_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match="ANSWERABLE_SECRETS_KEY") as refused:
        load_secret_box(Settings(data_dir=tmp_path, secrets_key=SecretStr(text)))
    assert "short" not in str(refused.value).replace("too short", "")
