"""What help pages say besides facts: headings, openings, notes, steps, questions that everybody asks.

``{n}`` is the thing's name, ``{k}`` its kind ("plan"), ``{o}`` the name of another thing. No sentence here states
a fact of the kinds that ``facts`` lists, and none holds a number: a refusal must stay right beside all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Genre:
    """A kind of text: its openings and the headings of its sections, by the section's part in it."""

    name: str
    openings: tuple[str, ...]
    headings: Mapping[str, tuple[str, ...]]


_COMMON = {
    "prose": ("Overview", "About this {k}", "In short", "What it is"),
    "bullets": ("Details", "Key facts", "At a glance", "Good to know"),
    "table": ("Details", "At a glance", "Facts and figures", "Summary"),
    "questions": ("Frequently asked questions", "Questions and answers", "Common questions"),
}

HELP = Genre(
    "help page",
    (
        "This page is about the {n}. It is for customers and for colleagues at the help desk.",
        "Here you find all about the {n}. Read it before you write to us.",
        "Welcome to the page of the {n}. We keep it up to date.",
        "What you need to know about the {n}, in a few short sections.",
        "Many people ask us about the {n}. Their questions are answered here.",
        "The {n} is one of ours. This page explains how it works for you.",
    ),
    _COMMON,
)
RELEASE = Genre(
    "release note",
    (
        "Release note for the {n}. It lists what holds from now on.",
        "This is the change log entry for the {n}. Older entries are in the archive.",
        "We have made the {n} better. This note says what is new and what stays.",
    ),
    {
        "prose": ("What is new", "In this release", "Summary of changes"),
        "bullets": ("In this release", "What holds now", "Changes"),
        "table": ("What holds now", "Release details", "Changes"),
        "questions": ("Questions about this release", "Common questions"),
    },
)
POLICY = Genre(
    "policy text",
    (
        "This text sets out the rules of the {n}. It applies to all staff.",
        "The {n} tells staff what is allowed. Please read all of it.",
        "Purpose: the {n} makes sure that everybody is treated in the same way.",
    ),
    {
        "prose": ("Rules", "Terms", "Scope and terms"),
        "bullets": ("Terms", "Terms in short", "Rules at a glance"),
        "table": ("Terms", "Terms in short", "Schedule"),
        "questions": ("Questions about the rules", "Common questions"),
    },
)
DIRECTORY = Genre(
    "directory page",
    (
        "Directory entry of the {n}. Use it to find the right person.",
        "This is the {n} in our directory. Entries are checked by the help desk.",
        "Who we are and how to find us: the page of the {n}.",
    ),
    {
        "prose": ("Who we are", "About us", "Overview"),
        "bullets": ("Entry", "Details", "How to find us"),
        "table": ("Entry", "Details", "At a glance"),
        "questions": ("Common questions", "Questions and answers"),
    },
)
ANNOUNCEMENT = Genre(
    "announcement",
    (
        "We are glad to announce the {n}. Here is what we can say today.",
        "News from us: the {n} is here. Please share this page with your colleagues.",
        "You asked for it, and here it is: the {n}.",
    ),
    {
        "prose": ("What we announce", "The news", "In short"),
        "bullets": ("The news in short", "What to expect", "Key facts"),
        "table": ("What to expect", "The news in short", "Key facts"),
        "questions": ("Questions we expect", "Common questions"),
    },
)

# A kind's genres; one that stands twice is twice as common.
GENRES: Mapping[str, tuple[Genre, ...]] = {
    "plan": (HELP, HELP, ANNOUNCEMENT, RELEASE),
    "device": (HELP, HELP, RELEASE, ANNOUNCEMENT),
    "policy": (POLICY, POLICY, POLICY, HELP),
    "office": (HELP, DIRECTORY, DIRECTORY, ANNOUNCEMENT),
    "service": (HELP, HELP, RELEASE, RELEASE),
    "course": (HELP, HELP, ANNOUNCEMENT),
    "team": (DIRECTORY, DIRECTORY, HELP),
}

# Sentences that begin or end a section with facts.
LEADS = (
    "The most important points are listed here.",
    "This is what holds today.",
    "Please read this part with care.",
    "Here is what most people want to know.",
    "This part is short.",
    "What follows holds for everybody.",
    "Keep this part at hand.",
)
ASIDES = (
    "Changes are shown on this page first.",
    "Nothing else has changed.",
    "Older pages may say something else, and this one is right.",
    "If you are not sure, ask the help desk.",
    "All of this is checked by the help desk.",
    "You need not do anything.",
    "It is the same for new and for old customers.",
    "See also the page of the {o}.",
    "Do not confuse it with the {o}.",
)

# Sections without a fact: headings, then sentences of which some are taken in order.
NOTES_HEADINGS = ("Notes", "Please note", "More to know", "Before you begin")
NOTES = (
    "Have your account number at hand.",
    "Sign in first to see your own settings.",
    "Your data stay with us and are not sold.",
    "Some parts of this page are shown only to signed in users.",
    "Save your work before you change anything.",
    "Every change is written to your account.",
    "You can change your mind at any time.",
    "Tell your colleagues before you make a change for all of them.",
    "We write to you before anything changes.",
    "An account that is closed can not be opened again.",
    "Print this page if you need it on paper.",
    "Ask for help early, since some requests need a second person.",
    "Read the general terms as well.",
    "Some people also look at the {o}.",
    "The {o} has a page of its own.",
)
CONTACT_HEADINGS = ("Contact", "Help", "Getting help", "Who to ask")
CONTACT = (
    "Write to the help desk with any question.",
    "Our help desk is open every day.",
    "Use the form in your account, so that your message reaches the right person.",
    "Say what you have tried and what you saw.",
    "Add the name of this {k} to your message.",
    "A picture of the screen often helps.",
    "Please write one message for one question.",
    "We answer in the order in which messages come in.",
    "You can also ask a colleague who has used it before.",
)
STEPS_FIRST = ("Sign in to your account.", "Open your account page.", "Ask the owner of your account first.")
STEPS = (
    "Open the settings.",
    "Look for the {k} by its name.",
    "Choose what you want to change.",
    "Read the summary that is shown.",
    "Fill in the form.",
    "Add a short note on why you ask.",
    "Check that your details are right.",
    "Choose who else should be told.",
)
STEPS_LAST = (
    "Save, and wait for our message.",
    "Press save and sign out.",
    "Send it. We write back to you.",
    "Confirm with your password.",
)
STEPS_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "plan": ("How to change to this plan", "How to leave this plan", "How to add colleagues"),
    "device": ("How to set it up", "How to order it", "How to send it back"),
    "policy": ("How to ask for an exception", "How to report a problem", "How to agree to it"),
    "office": ("How to plan a visit", "How to book a room", "How to get a key"),
    "service": ("How to connect", "How to switch it on", "How to report a problem"),
    "course": ("How to join", "How to get your certificate", "How to cancel"),
    "team": ("How to work with us", "How to send us a request", "How to join us"),
}
# Questions without a fact in the answer.
QUESTIONS = (
    ("Can I change my mind?", "Yes, at any time. Use your account page."),
    ("Do I need an account?", "Yes. You can make one in a moment."),
    ("Can I share this page?", "Yes, with anybody at your company."),
    ("Where do I find the terms?", "They are at the end of your contract."),
    ("Who can see my data?", "Only you and the help desk."),
    ("What if something goes wrong?", "Write to the help desk and say what you saw."),
    ("Is this page up to date?", "Yes. We check every page often."),
    ("Can I do this for a colleague?", "Yes, if you are the owner of the account."),
    ("Does it work together with the {o}?", "Ask the help desk, since that depends on your account."),
)
