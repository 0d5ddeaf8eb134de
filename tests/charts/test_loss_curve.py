"""The loss curve: what is drawn, read aloud and tabled agrees, live or saved."""

import pytest

from lib.charts.chart import PLOTLY_MIME
from lib.charts.loss_curve import LiveLossCurve, loss_curve, smoothed

LOSSES = {"closed book": [5.0, 4.0, 3.0, 2.0, 1.0], "with pages": [1.0]}


def test_a_point_is_the_mean_of_the_last_eight_steps():
    assert smoothed([4.0, 2.0]) == [4.0, 3.0]
    assert smoothed([100.0] + [1.0] * 7 + [9.0])[-1] == pytest.approx((7 * 1.0 + 9.0) / 8)


def test_picture_sentence_and_table_say_the_same():
    chart = loss_curve(LOSSES)
    first, second = chart.figure.data
    assert (list(first.x), list(first.y)) == ([1, 2, 3, 4, 5], [5.0, 4.5, 4.0, 3.5, 3.0]) and list(second.y) == [1.0]
    assert first.line.dash != second.line.dash and first.line.color != second.line.color
    assert chart.table.rows[0] == ["closed book", "5.000", "4.500", "4.000", "3.500", "3.000"]
    assert "closed book: the loss goes from 5.00 to 3.00 nats a token in 5 steps" in chart.sentence


def test_a_name_stays_text():
    bundle = loss_curve({"<b>x</b>": [1.0, 2.0]})._repr_mimebundle_()
    assert "<b>" not in bundle["text/html"] and PLOTLY_MIME in bundle


@pytest.mark.parametrize("losses", [{}, {"empty": []}])
def test_nothing_to_draw_is_refused(losses):
    with pytest.raises(ValueError, match="at least one"):
        loss_curve(losses)


def test_the_live_curve_grows_with_the_training():
    curve = LiveLossCurve("closed book")
    curve.on_loss(1, 4.0, 3)
    widget = curve.widget
    assert list(widget.data[0].y) == [4.0]
    curve.on_loss(2, 2.0, 3)
    curve.on_loss(3, 0.0, 3)
    assert curve.widget is widget and list(widget.data[0].x) == [1, 2, 3] and list(widget.data[0].y) == [4.0, 3.0, 2.0]
    assert tuple(widget.layout.xaxis.range) == (0, 3)
    assert list(curve.chart().figure.data[0].y) == [4.0, 3.0, 2.0]


def test_a_long_training_is_drawn_sixty_times_and_at_its_end():
    curve = LiveLossCurve()
    drawn = []
    curve.widget.data[0].on_change(lambda trace, y: drawn.append(len(y)), "y")
    for step in range(1, 607):
        curve.on_loss(step, 1.0, 606)
    assert drawn == [*range(10, 601, 10), 606]


def test_a_training_told_again_from_the_start_begins_a_new_line():
    curve = LiveLossCurve()
    for step, loss in ((1, 3.0), (2, 2.0), (1, 5.0)):
        curve.on_loss(step, loss, 2)
    assert curve.losses == [5.0]
