"""The words that company names, people and values are made of.

All are common English words, so that each is one token of the small model's tokenizer. A name is an
adjective and a noun. ``is_reserved`` keeps one pair in eight for the sample company: every single
word is known to the base model, and no pair that the experiment asks about is.
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ADJECTIVES = _words(
    "Amber Ancient Autumn Bold Brave Bright Bronze Calm Clear Clever Copper Coral Cosmic Crimson Crystal Daring "
    "Deep Distant Eager Early Eastern Electric Emerald Endless Fair Famous Fast Fresh Frozen Gentle Giant Gold "
    "Grand Great Happy Hidden Honest Humble Icy Inner Iron Ivory Jade Jolly Keen Kind Large Late Light Little "
    "Lively Lucky Lunar Magic Marble Mellow Merry Mighty Misty Modern Mossy Noble Northern Ocean Open Outer Pearl "
    "Plain Polar Proud Quick Quiet Rapid Rare Royal Ruby Rustic Sacred Secret Silent Silver Simple Smooth Snowy "
    "Solar Solid Southern Spring Stable Steady Stone Summer Sunny Swift Tall Tiny Upper Velvet Vivid Warm Western "
    "Wild Winter Wise Young"
)

NOUNS = _words(
    "Acorn Anchor Arrow Badger Banner Beacon Bear Bell Birch Bridge Brook Canyon Castle Cedar Cloud Comet Compass "
    "Crane Creek Crown Deer Delta Desert Dolphin Dragon Dune Eagle Ember Falcon Feather Fern Field Finch Flame "
    "Forest Fox Garden Gate Glacier Grove Harbor Hawk Heron Hill Horizon Island Jaguar Jungle Kettle Lagoon Lake "
    "Lantern Leaf Lion Lotus Maple Meadow Mesa Mill Mirror Moon Moth Mountain Nest Oak Orchid Otter Owl Palm Panda "
    "Path Peak Pebble Pine Planet Plaza Pond Prairie Quarry Rabbit Raven Reef Ridge River Robin Rocket Sail Seal "
    "Shore Sparrow Star Stream Summit Swan Temple Tiger Tower Trail Tulip Valley Violet Wagon Wave Whale Willow Wolf"
)

FIRST_NAMES = _words(
    "Ada Alan Alice Anna Ben Carl Clara Daniel David Diana Emma Eric Eva Felix Frank George Grace Hannah Helen Henry "
    "Ian Irene Jack Jane Julia Karen Kevin Laura Leo Linda Lucy Maria Mark Martin Nina Nora Oscar Paul Peter Rachel "
    "Rosa Ruth Sam Sara Simon Sofia Thomas Tina Victor Walter"
)

LAST_NAMES = _words(
    "Adams Baker Barnes Bennett Brooks Carter Clark Collins Cooper Cox Davis Dixon Evans Fisher Foster Grant "
    "Green Hall Harris Hayes Hughes Hunt Jones Kelly Kim King Lane Lewis Long Marsh Mason Miller Moore Morris "
    "Nelson Owen Parker Perry Porter Price Reed Rice Rose Scott Shaw Turner Walker Ward Watson Webb Wells West "
    "Wood Wright"
)

CITIES = _words(
    "Athens Berlin Boston Cairo Chicago Dallas Denver Dublin Geneva Hamburg Helsinki Lisbon London Lyon Madrid Miami "
    "Milan Naples Nairobi Oslo Paris Porto Prague Rome Seattle Seoul Sydney Tokyo Toronto Vienna Warsaw Zurich"
)

COLOURS = _words("black blue brown cream green grey navy orange pink purple red tan teal white yellow olive")

MONTHS = _words("January February March April May June July August September October November December")


# Each of these words is to be one token of the small model, those of names also at the beginning of a line.
NAME_WORDS = (ADJECTIVES, NOUNS)
SINGLE_TOKENS = (ADJECTIVES, NOUNS, FIRST_NAMES, LAST_NAMES, CITIES, COLOURS, MONTHS)


def is_reserved(adjective: int, noun: int) -> bool:
    """Whether the pair at these two list positions is kept for the sample company."""
    return (5 * adjective + 3 * noun) % 8 == 0


def name_pairs(reserved: bool) -> list[tuple[str, str]]:
    """Give every (adjective, noun) pair of one side of the split, in list order."""
    return [
        (adjective, noun)
        for i, adjective in enumerate(ADJECTIVES)
        for j, noun in enumerate(NOUNS)
        if is_reserved(i, j) == reserved
    ]
