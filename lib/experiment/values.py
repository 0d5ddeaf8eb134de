"""Whether a text states a value, whatever the notation: numbers, units, money, dates, times, names.

``EUR 1.200,50`` is ``1200.50 euros``, ``30-day`` is ``30 days``, ``14:30`` is ``2:30 pm``, ``5 May 2026`` is
``2026-05-05``. A value that the text denies ("not 30 days") is not stated.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

# --- one way to write every sign ---------------------------------------------------------------------------------

_SIGNS = str.maketrans(
    {**dict.fromkeys("‘’‚‛`´′ʼ", "'"), **dict.fromkeys("“”„‟″«»", '"'), **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"), "⁄": "/"}
)


@lru_cache(maxsize=50_000)
def normalised(text: str) -> str:
    """Return ``text`` with one code point for each letter, quote, dash and blank (NFKC), and halves as decimals."""
    parts = []
    for sign in text:
        # Fractions as one sign: NFKC would make 1½ eleven halves.
        if unicodedata.category(sign) == "No" and "fraction" in unicodedata.decomposition(sign):
            sign = f"{unicodedata.numeric(sign):.3f}".rstrip("0").removeprefix(
                "0" if parts and parts[-1].isdigit() else ""
            )
        parts.append(sign)
    text = unicodedata.normalize("NFKC", "".join(parts)).translate(_SIGNS)
    return " ".join("".join(sign for sign in text if unicodedata.category(sign) != "Cf").split())


# --- what is read in a text --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stated:
    """One number, date or time in a text, from ``start`` to ``end``.

    ``amounts`` are its possible readings (``1.200`` may be 1200 or 1.2; ``05/06/2026`` has two days), in the base
    unit of ``dimension`` (seconds for days); ``bare`` the same without the unit. ``noun`` is what is counted, where
    that is no known unit (``projects``).
    """

    kind: str
    amounts: frozenset
    start: int
    end: int
    bare: frozenset = frozenset()
    dimension: str = ""
    noun: str = ""

    def matches(self, other: "Stated") -> bool:
        """Whether two say the same; what one of them leaves out (unit, year) does not count against it."""
        if self.kind != other.kind:
            return False
        if self.kind == "date":
            # The expected one may leave out year or day, the given one the year.
            return any(
                month == month2 and day in (None, day2) and (None in (year, year2) or year == year2)
                for year, month, day in self.amounts
                for year2, month2, day2 in other.amounts
            )
        if self.kind == "time" or (self.dimension and other.dimension):
            return self.dimension == other.dimension and bool(self.amounts & other.amounts)
        if not self.bare & other.bare:
            return False
        if self.dimension or other.dimension:
            # A known unit beside a counted noun: 30 days is not 30 projects.
            return not (self.noun or other.noun)
        return not (self.noun and other.noun) or self.noun == other.noun


# Factors into the base unit of each dimension, each with the names of its unit.
_DIMENSIONS = {
    "duration": "1 s sec secs second seconds | 60 min mins minute minutes | 3600 h hr hrs hour hours hourly"
    " | 86400 day days daily | 604800 week weeks weekly wk",
    "months": "1 month months monthly mo | 12 year years yearly yr yrs annual annually annum",
    "working days": "1 business working",
    "percent": "1 % percent pct per-cent",
    "mass": "1 g gram grams | 1000 kg kilo kilos kilogram kilograms | 1e6 t tonne tonnes | 1e-3 mg",
    "length": "1e-3 mm | 1e-2 cm | 1 m metre metres meter meters | 1000 km kilometre kilometres kilometers",
    "volume": "1e-3 ml | 1 l litre litres liter liters",
    "bytes": "1e3 kb kilobyte kilobytes | 1e6 mb megabyte megabytes | 1e9 gb gigabyte gigabytes"
    " | 1e12 tb terabyte terabytes",
    "temperature": "1 °c celsius",
    "people": "1 person persons people",
    "EUR": "1 eur euro euros €",
    "USD": "1 usd dollar dollars $ us$",
    "GBP": "1 gbp pound pounds £",
    "CHF": "1 chf franc francs",
    "JPY": "1 jpy yen ¥",
}
_UNITS = {
    name: (dimension, float(factor))
    for dimension, units in _DIMENSIONS.items()
    for factor, *names in map(str.split, units.split("|"))
    for name in names
}
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_NUMBER_WORDS = {word: number for number, word in enumerate(_ONES.split())} | {"dozen": 12}
_NUMBER_WORDS |= {word: 10 * number for number, word in enumerate(_TENS.split(), 2)}
_MAGNITUDES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9}
_SIZES = {"": 1.0, "k": 1e3} | _MAGNITUDES
# English, then German, French, Spanish, Italian, Dutch and Portuguese where they differ.
_MONTHS = {name: number for number, names in enumerate(
    (
        "january jan januar janvier enero gennaio januari janeiro",
        "february feb februar février fevrier febrero febbraio februari fevereiro",
        "march mar märz maerz mars marzo maart março", "april apr avril abril aprile", "may mai mayo maggio mei maio",
        "june jun juni juin junio giugno junho", "july jul juli juillet julio luglio julho",
        "august aug août aout agosto augustus", "september sep sept septembre septiembre settembre setembro",
        "october oct oktober octobre octubre ottobre outubro", "november nov novembre noviembre novembro",
        "december dec dezember décembre decembre diciembre dicembre dezembro",
    ), start=1,
) for name in names.split()}  # fmt: skip

_MONTH = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_CURRENCY = r"US\$|[$€£¥]|\b(?:EUR|USD|GBP|CHF|JPY)"
_DIGITS = r"\d{1,3}(?:[ ,.']\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?|(?<!\w)[.]\d+"
_WORDED = rf"(?:{'|'.join(sorted([*_NUMBER_WORDS, *_MAGNITUDES], key=len, reverse=True))})"
_PATTERN = re.compile(
    rf"""
      (?P<code>\S+@\S+|https?://\S+|(?<![\w$€£])(?!(?:EUR|USD|GBP|CHF|JPY)\d)[A-Za-z][A-Za-z_]*-?\d[\w./-]*\w|(?<![\w$€£])(?!(?:EUR|USD|GBP|CHF|JPY)\d)[A-Za-z]+-?\d(?!\w)|(?<!\w)(?!\d{{1,3}}(?:\.\d{{3}})+(?!\.?\w))\d+(?:\.\d+){{2,}}(?!\.?\w)(?<!\.\d{{4}}))
    | (?P<iso>\b(?P<y1>\d{{4}})[-/](?P<m1>\d{{1,2}})[-/](?P<d1>\d{{1,2}})\b)
    | (?P<dmy>\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.)?[ -](?:of[ ])?(?P<m2>{_MONTH})\b\.?(?:,?[ -](?P<y2>\d{{4}})\b)?)
    | (?P<mdy>\b(?P<m3>{_MONTH})\b\.?[ ](?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.,]\d)(?:,?[ ](?P<y3>\d{{4}})\b)?)
    | (?P<my>\b(?P<m4>{_MONTH})\b\.?,?[ ](?P<y4>\d{{4}})\b)
    | (?P<numeric>\b(?P<a5>\d{{1,2}})[./](?P<b5>\d{{1,2}})[./](?P<y5>\d{{4}})\b)
    | (?P<clock>\b(?P<h6>[01]?\d|2[0-3])(?:[:h]|\.(?=\d\d[ ]?Uhr))(?P<min6>[0-5]\d)(?::[0-5]\d)?\b(?:[ ]?(?P<half6>[ap])\.?m\b\.?)?)
    | (?P<hour>\b(?P<h7>1[0-2]|0?[1-9])[ ]?(?P<half7>[ap])\.?m\b\.?)
    | (?P<named>\b(?:noon|midday|midnight)\b)
    | (?P<number>(?:(?P<before>{_CURRENCY})[ ]?)?(?P<sign>(?<![\w)])-)?(?:(?P<digits>{_DIGITS})(?:(?P<ordinal>st|nd|rd|th)\b|[ ]?(?P<size>(?:hundred|thousand|million|billion|mn|bn)\b|[kKMm](?![\w])))?|\b(?P<words>(?:a[ ])?{_WORDED}(?:(?:[ ]and[ ]|[ -]){_WORDED})*)\b))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['&][^\W_]+)*|[%€$£¥]|°C", re.IGNORECASE)
_AFTER = re.compile(r"[ -]?(?P<word>%|[€$£¥]|°C|per[ ]cent\b|[^\W\d_]+)", re.IGNORECASE)
_RANGE = re.compile(r"\s?(?:-|to|and|or|bis)\s?", re.IGNORECASE)
_CLAUSE = re.compile(r"[.!?;:](?:\s|$)|,\s|\s-\s|\(|\)|\bbut\b", re.IGNORECASE)


@lru_cache(maxsize=50_000)
def stated_values(text: str) -> tuple[Stated, ...]:
    """Return every number, date and time in ``text``, in order. Codes (``plan-49``, ``2.3.1``) are no numbers."""
    text = normalised(text)
    found: list[Stated] = []
    position = 0
    while match := _PATTERN.search(text, position):
        position = max(match.end(), position + 1)
        reader = _READERS.get(next(name for name in ("code", *_READERS) if match[name]))
        value = reader(match) if reader else None
        if value is not None:
            found.append(value)
            position = max(position, value.end)
    return tuple(_ranges_share_units(found, text))


def _date(match: re.Match[str], year: str, *readings: tuple[str, str]) -> Stated | None:
    """Return the date of a year's group, and those of its month and day, of which there may be two."""
    dates = set()
    for month, day in readings:
        number = int(match[month]) if match[month].isdigit() else _MONTHS[match[month].lower()]
        date = (int(match[year]) if match[year] else None, number, int(match[day]) if day else None)
        if 1 <= number <= 12 and date[2] in (None, *range(1, 32)):
            dates.add(date)
    return Stated("date", frozenset(dates), match.start(), match.end()) if dates else None


def _time(match: re.Match[str], hour: int, minute: int, half: str | None) -> Stated | None:
    if half:
        if hour > 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    return Stated("time", frozenset([60 * hour + minute]), match.start(), match.end())


def _number(match: re.Match[str]) -> Stated | None:
    if match["digits"]:
        size, times, end = match["size"] or "", 1.0, match.end()
        if size not in ("M", "m"):
            times = _SIZES[size.lower()]
        elif (size == "M" and match.string[match.start("size") - 1] != " ") or match["before"]:
            # A capital M, or money: 1.5M, $2m. Else metres, which are read as a unit below.
            times = 1e6
        else:
            end = match.start("size")
        times = -times if match["sign"] else times
        readings = {times * each for each in _readings(match["digits"])}
    else:
        words = match["words"].lower()
        # Alone, "one", "second" or "a hundred" may be anything; "one" counts where something countable follows.
        readings, end = {_from_words(words)}, match.end()
    bare = frozenset(round(each, 6) for each in readings)
    dimension, factor, noun = "", 1.0, ""
    if match["before"]:
        dimension, factor = _UNITS[match["before"].strip().lower()]
    elif match["ordinal"]:
        # The 20th is no 20 days and no 20 projects.
        noun = "th"
    else:
        dimension, factor, noun, end = _unit_after(match.string, end)
    if match["words"] == "one" and not (dimension or noun):
        return None
    return Stated(
        "number", frozenset(round(each * factor, 6) for each in bare), match.start(), end, bare, dimension, noun
    )


def _unit_after(text: str, end: int) -> tuple[str, float, str, int]:
    """Read the unit, or what is counted, among the next words of the clause; and where the unit ends."""
    place, first = end, True
    for _ in range(3):
        match = _AFTER.match(text, place)
        if not match:
            break
        word = match["word"].lower()
        word = "%" if word == "per cent" else word
        dimension, factor = _UNITS.get(word, ("", 1.0))
        # One letter is a unit only right behind its number: "12 g" and not "12 or g".
        if dimension and (first or len(word) > 1 or word == "%"):
            if dimension == "working days":
                following = _AFTER.match(text, match.end())
                if not following or following["word"].lower() not in ("day", "days"):
                    break
                return dimension, 1.0, "", following.end()
            if first or dimension not in ("EUR", "USD", "GBP", "CHF", "JPY"):
                return dimension, factor, "", match.end()
        if word in _STOP:
            break
        if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
            return "", 1.0, _stem(word), match.end() if first else end
        place, first = match.end(), False
    return "", 1.0, "", end


def _readings(digits: str) -> set[float]:
    """Return what a number in digits may mean: the last of two different signs is the decimal one."""
    digits = digits.replace(" ", "").replace("'", "")
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        decimal = max(".", ",", key=digits.rfind)
        other = "," if decimal == "." else "."
        return {float(digits.replace(other, "").replace(decimal, "."))}
    sign = "." if dots else ","
    if dots + commas != 1:
        return {float(digits.replace(sign, ""))}
    before, _, after = digits.partition(sign)
    plain = float(f"{before or 0}.{after}")
    if len(after) == 3 and before not in ("", "0"):
        return {float(before + after)} | ({plain} if sign == "." else set())
    return {plain}


def _from_words(words: str) -> float:
    """Return the number that number words say: two hundred and fifty is 250, one point is not read."""
    total, part = 0.0, 0.0
    for word in re.split(r"[ -]", words):
        if word in ("and", "a"):
            continue
        if word in _MAGNITUDES:
            size = _MAGNITUDES[word]
            part = max(part, 1) * size
            if size > 100:
                total, part = total + part, 0.0
        elif word == "dozen" and part:
            part *= 12
        else:
            part += _NUMBER_WORDS[word]
    return total + part


def _ranges_share_units(found: Sequence[Stated], text: str) -> Iterable[Stated]:
    """In "3 to 5 days" the 3 counts days too."""
    for value, following in zip(found, [*found[1:], None], strict=False):
        joined = following and _RANGE.fullmatch(text[value.end : following.start])
        bare = value.kind == "number" and not value.dimension and not value.noun
        if joined and bare and following.kind == "number" and (following.dimension or following.noun):
            factor = next(iter(following.amounts)) / (next(iter(following.bare)) or 1) or 1.0
            amounts = frozenset(round(each * factor, 6) for each in value.bare)
            value = replace(value, amounts=amounts, dimension=following.dimension, noun=following.noun)
        yield value


_READERS = {
    "iso": lambda match: _date(match, "y1", ("m1", "d1")),
    "dmy": lambda match: _date(match, "y2", ("m2", "d2")),
    # A month's name before a number is one with a capital letter: "you may 5 times" names none.
    "mdy": lambda match: _date(match, "y3", ("m3", "d3")) if match["m3"][0].isupper() else None,
    "my": lambda match: _date(match, "y4", ("m4", "")) if match["m4"][0].isupper() else None,
    "numeric": lambda match: _date(match, "y5", ("a5", "b5"), ("b5", "a5")),
    "clock": lambda match: _time(match, int(match["h6"]), int(match["min6"]), match["half6"]),
    "hour": lambda match: _time(match, int(match["h7"]), 0, match["half7"]),
    "named": lambda match: _time(match, 0 if match["named"].lower() == "midnight" else 12, 0, None),
    "number": _number,
}

# --- whether a text states a value -------------------------------------------------------------------------------

_STOP_WORDS = (
    "a an the of in on at by for to up with within per each every about around approximately circa only "
    "than more less most least maximum minimum max min and or is are be it its their your this that from "
    "until after before as"
)
_STOP = frozenset(_STOP_WORDS.split())
_SAME_WORDS = dict(monthly="month", yearly="year", annually="year", annual="year", daily="day", weekly="week")
_DENIAL = re.compile(
    r"(?:\bnot|n't|\bno longer|\bnever|\binstead of|\brather than|\bused to be|\bpreviously|\bformerly|\bnor|\bexcept)"
    r"(?:\s(?:the|a|an|for|in|within|until|at|on|about|by|be|cost|costs|take|takes|is|was|EUR|USD))*\s?$",
    re.IGNORECASE,
)


def states(text: str, value: str) -> bool:
    """Whether ``text`` states ``value`` in any notation and does not deny it.

    Numbers, dates and times are compared by what they mean, units and counted nouns among them; all other words of
    the value that carry meaning must stand in the text too. A value of words alone must stand there whole, whatever
    its letter case, plural, hyphens and the order of its words.

    Examples:
        >>> states("We charge €1200.50 for it.", "EUR 1.200,50")
        True
        >>> states("Refunds take 14 days, not 30 days.", "30 days")
        False
    """
    text, value = normalised(text), normalised(value)
    if not value:
        return False
    wanted = stated_values(value)
    if wanted:
        given = stated_values(text)
        if not all(any(one.matches(other) and not _denied(text, other.start) for other in given) for one in wanted):
            return False
        between = zip([0, *(one.end for one in wanted)], [*(one.start for one in wanted), len(value)], strict=True)
        return set(_content(" ".join(value[start:end] for start, end in between))) <= set(_content(text))
    return any(not _denied(text, place) for place in _phrase_places(text, value))


def states_any(text: str, values: Iterable[str]) -> bool:
    """Whether ``text`` states at least one of ``values``."""
    return any(states(text, value) for value in values)


def values_said(answer: str, text: str) -> int:
    """Count the numbers, dates and times of ``answer`` that ``text`` states too."""
    given = stated_values(text)
    return sum(any(wanted.matches(value) for value in given) for wanted in stated_values(answer))


def hard_to_compare(value: str) -> str | None:
    """Say why answers with ``value`` may be judged wrongly, for an audit; ``None`` where they are not."""
    words = _content(normalised(value))
    if not words and not stated_values(value):
        return "it holds no word and no number"
    if len(words) > 8:
        return f"its {len(words)} words can be said in other words"
    if any(character.isdigit() and not character.isascii() for character in unicodedata.normalize("NFKC", value)):
        return "its numerals are not read"
    return None


def _denied(text: str, place: int) -> bool:
    """Whether what begins at ``place`` is denied just before it, in the same clause."""
    before = text[:place]
    last = max((match.end() for match in _CLAUSE.finditer(before)), default=0)
    return _DENIAL.search(before[last:]) is not None


def _content(text: str) -> list[str]:
    """Return the words that carry meaning, alike in case and number."""
    words = (match[0].lower() for match in _WORD.finditer(text.replace("-", " ")))
    return [_stem(_SAME_WORDS.get(word, word)) for word in words if word not in _STOP]


def _stem(word: str) -> str:
    """Take the plural off a word: plans is plan, policies policy."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _phrase_places(text: str, value: str) -> list[int]:
    """Return where the words of ``value`` stand together in ``text``, in any order."""
    wanted = _content(value) or [match[0].lower() for match in _WORD.finditer(value)]
    if not wanted:
        start = text.casefold().find(value.casefold())
        return [start] if start >= 0 else []
    found = [
        (match.start(), _stem(_SAME_WORDS.get(word, word)))
        for match in _WORD.finditer(text)
        if (word := match[0].lower()) not in _STOP or word in wanted
    ]
    size, ordered = len(wanted), sorted(wanted)
    return [
        found[place][0]
        for place in range(len(found) - size + 1)
        if sorted(word for _, word in found[place : place + size]) == ordered
    ]
