"""Why five articles are used although most of their figures do not hold: what of them counts, and what does not."""

from lib.articles import articles
from lib.claims import audit
from lib.decision.track_record import guide_hits
from lib.files import read_yaml
from lib.paths import DATA
from lib.views.markup import Page, caption, joined
from lib.views.table import Table
from lib.wording import counted


def why_these_articles() -> Page:
    """Say in words and two tables what of the articles is used, what is not, and what independent measurements say."""
    total = len(articles())
    return joined(
        Page(
            "<p>Used of the {} articles: their questions and the order in which they ask them, and their thresholds as "
            "ranges with a source. Not used: their sums. Costs come from dated prices, thresholds move within their ranges "
            "in every figure shown, and the weight of a guide is shown and never used: no vote decides by itself.</p>"
        ).format(counted(total)),
        guides_table(),
        caption(
            "A guide that gets more cases right deserves more trust where they disagree; the cases were known to the workbook's authors."
        ),
        rules_table(),
    )


def guides_table() -> Table:
    """List the articles: how many of its figures hold up, and how many outside cases its guide alone gets right."""
    hits, cases = guide_hits()
    figures = audit().counts_by_article()
    rows = [
        [
            article.title,
            f"{figures[name]['reproduces']} of {sum(figures[name].values())}" if name in figures else "none audited",
            f"{hits[name]} of {cases}" if name in hits else "no guide",
        ]
        for name, article in articles().items()
    ]
    return Table(
        ["Article", "Figures that reproduce", "Published cases right"],
        rows,
        "What the articles' figures and guides are worth",
        right=[1, 2],
    )


def rules_table() -> Table:
    """List the rules that the articles share and what independent measurements say of each."""
    rows = [
        [row["rule"], row["standing"], row["measured"], row["source"]]
        for row in read_yaml(DATA / "decision" / "rule_evidence.yaml")
    ]
    return Table(
        ["Rule", "Measured", "What was found", "Source"], rows, "What independent measurements say of the shared rules"
    )
