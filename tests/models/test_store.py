"""The cache folder: files appear whole, and nothing temporary is left."""

from __future__ import annotations

from pathlib import Path

from segmask.models.store import replacing


def test_what_a_killed_download_left_is_removed_and_what_a_running_one_writes_is_not(tmp_path: Path) -> None:
    goal = tmp_path / "model.onnx"
    left = tmp_path / ".model.onnx.01234567.part"
    left.write_bytes(b"half")
    other = tmp_path / ".another.onnx.01234567.part"
    other.write_bytes(b"half")
    with replacing(goal) as outer:
        assert not left.exists()
        assert other.exists()
        with replacing(goal) as inner:
            assert outer.exists()
            inner.write_bytes(b"inner")
        outer.write_bytes(b"outer")
    assert goal.read_bytes() == b"outer"
    assert sorted(tmp_path.iterdir()) == [other, goal]
