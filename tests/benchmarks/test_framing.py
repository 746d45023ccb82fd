from benchmarks import framing


def test_each_size_is_reported(monkeypatch, capsys):
    monkeypatch.setattr(framing, "SECONDS", 1)
    monkeypatch.setattr(framing, "SEARCHES", 1)
    assert framing.main([]) == 0
    output = capsys.readouterr().out
    assert "| 640x480 |" in output
    assert "| 1280x720 |" in output


def test_a_file_that_is_no_video_is_one_line(tmp_path, capsys):
    assert framing.main([str(tmp_path / "no.mp4")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
