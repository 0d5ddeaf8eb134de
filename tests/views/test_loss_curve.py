"""The loss curve: what is drawn, read aloud and tabled agrees, live or saved."""

import pytest

from lib.views.chart import PLOTLY_MIME, chart_html
from lib.views.curves import loss_curve, smoothed

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
    assert "<b>" not in chart_html(bundle[PLOTLY_MIME]) and PLOTLY_MIME in bundle


@pytest.mark.parametrize("losses", [{}, {"empty": []}])
def test_nothing_to_draw_is_refused(losses):
    with pytest.raises(ValueError, match="at least one"):
        loss_curve(losses)
