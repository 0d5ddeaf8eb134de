"""Charts as functions from results to a :class:`Chart`: picture, accessible name, sentence and numbers."""

from lib.charts.answer_time import answer_time
from lib.charts.architecture import architecture
from lib.charts.chart import Chart
from lib.charts.cost_bars import cost_bars
from lib.charts.cumulative import break_evens, cumulative
from lib.charts.curves import curve_chart
from lib.charts.fan import fan_chart
from lib.charts.flips import flip_chart
from lib.charts.forest import forest
from lib.charts.literature import literature_chart
from lib.charts.live_loss import LiveLoss
from lib.charts.loss_curve import loss_curve
from lib.charts.measured_costs import measured_costs
from lib.charts.measured_pairs import measured_pairs, measured_search
from lib.charts.money import Money
from lib.charts.pairs import pair_table
from lib.charts.query_bars import query_bars
from lib.charts.right_answers import right_answers
from lib.charts.style import setup
from lib.charts.table import Table
from lib.charts.tornado import tornado_chart
from lib.charts.turning_points import today, turning_points
from lib.charts.votes import votes

__all__ = [
    "Chart",
    "LiveLoss",
    "Money",
    "Table",
    "answer_time",
    "architecture",
    "break_evens",
    "cost_bars",
    "cumulative",
    "curve_chart",
    "fan_chart",
    "flip_chart",
    "forest",
    "literature_chart",
    "loss_curve",
    "measured_costs",
    "measured_pairs",
    "measured_search",
    "pair_table",
    "query_bars",
    "right_answers",
    "setup",
    "today",
    "tornado_chart",
    "turning_points",
    "votes",
]
