from benchmarks import framing


def test_each_size_is_told(monkeypatch, capsys):
    monkeypatch.setattr(framing, "SECONDS", 1)
    monkeypatch.setattr(framing, "SEARCHES", 1)
    assert framing.main([]) == 0
    told = capsys.readouterr().out
    assert "| 640x480 |" in told
    assert "| 1280x720 |" in told


def test_a_file_that_is_no_video_is_one_line(tmp_path, capsys):
    assert framing.main([str(tmp_path / "no.mp4")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
