"""What is expected of a stage stands beside its bar."""

from lib.experiment.progress import Bars, say, silent


def test_a_sentence_stands_beside_the_next_bar_and_no_other(capsys):
    bars = Bars()
    say(bars, "expected: about 3 s")
    for stage in ("Training", "Answers"):
        bars(stage, 0, 2)
        bars(stage, 2, 2)
    bars.close()
    lines = [line for line in capsys.readouterr().err.replace("\r", "\n").splitlines() if line.strip()]
    assert all(("about 3 s" in line) == line.startswith("Training") for line in lines) and len(lines) >= 2


def test_who_wants_to_be_told_nothing_is_told_nothing(capsys):
    say(silent, "expected: about 3 s")
    assert capsys.readouterr().err == ""
