"""No search is made for small talk, sums and given texts; none is left out that a question needs."""

import pytest

from lib.experiment.retrieval import prototypes
from lib.experiment.retrieval.need import needs_retrieval
from lib.experiment.world import sample_company

# None of these is an example that the code compares with.
WITHOUT = [
    "hey",
    "Good afternoon!",
    "Hi, how is it going?",
    "Hello, anybody there?",
    "Morning! Hope you slept well.",
    "Pleased to meet you too.",
    "thx",
    "Thank you so much, you saved my day.",
    "Cheers, mate.",
    "Many thanks for the quick reply!",
    "That's very kind of you.",
    "Awesome, exactly what I was looking for.",
    "Alright, understood.",
    "No more questions, thanks.",
    "Bye bye!",
    "Good night and sleep well.",
    "Talk to you tomorrow.",
    "Enjoy your holidays!",
    "Oops, I typed the wrong thing.",
    "Are you a real person?",
    "Are you an artificial intelligence?",
    "How old are you?",
    "What should I call you?",
    "Do you know any funny stories?",
    "Make me laugh.",
    "Do you have feelings?",
    "I love talking to you.",
    "I had a terrible day.",
    "I'm so happy today!",
    "It is raining again, what a pity.",
    "Merry Christmas!",
    "You did a great job.",
    "What is 12 plus 30?",
    "How much is 9 times 8?",
    "What is 20 percent of 250?",
    "Divide 81 by 9.",
    "7 + 5 - 3 = ?",
    "What is the square of 13?",
    "Subtract 45 from 100, please.",
    "How many metres are 3 miles?",
    "Rewrite the following in a friendlier tone: You did not pay the invoice in time.",
    "Translate this sentence to German: The office is closed on Monday.",
    "Please shorten this text: The plan that we offer to you has a price of forty dollars a month.",
    "Fix the typos in this message: We wil send teh device tomorow.",
    "Say this in plain English: The party of the first part shall indemnify the party of the second part.",
    'Summarise "Our support team replies within four hours on working days and within one day on weekends."',
    "Sort these words alphabetically: plan, office, device, course",
    "Write this as a bullet list: we sell plans, we teach courses and we repair devices",
]

# As a client's customers ask; they look like small talk, a sum or a text to rewrite, and are none.
WITH = [
    "Hi, what is the refund period?",
    "Hello, when does the Berlin office open?",
    "Thanks! And who do I call about my invoice?",
    "Can you help me cancel my subscription?",
    "What is 20 percent discount worth on the yearly plan?",
    "How much is the plan for 12 users?",
    "How many days of notice do I have to give?",
    "Rewrite our refund policy in simple words.",
    "Translate the safety instructions of the drill into German.",
    "Summarise the terms of the premium contract.",
    "Question: how long is the trial period of the team plan?",
    "What is the name of your privacy officer?",
    "Are you open on Christmas Day?",
    "Who are your data processors?",
    "Can I talk to a real person on the phone?",
    "Do you ship to Norway?",
    "What happens to my data when I leave?",
    "My device does not charge any more.",
    "I forgot my password.",
    "What is the maximum number of requests per minute?",
]


def test_the_held_out_requests_are_no_examples():
    examples = {*prototypes.SMALL_TALK, *prototypes.ARITHMETIC, *prototypes.GIVEN_TEXT, *prototypes.DOCUMENTS}
    assert not examples & {*WITHOUT, *WITH} and len(set(WITHOUT)) >= 40


def test_most_small_talk_is_told_from_questions_and_no_question_is_missed(embedder):
    questions = [question.question for question in sample_company().questions]
    without, needed, asked = (needs_retrieval(texts, embedder) for texts in (WITHOUT, WITH, questions))
    print(
        f"\nno search: {without.count(False)} of {len(without)} held-out requests that need none; "
        f"{needed.count(False)} of {len(needed)} that look alike and need one; "
        f"{asked.count(False)} of the sample's {len(asked)} questions"
    )
    assert without.count(False) >= 0.8 * len(without)
    assert needed.count(False) <= 1
    assert len(questions) >= 400 and asked.count(False) == 0


@pytest.mark.parametrize("text", ["", "?", "   ", "\x00", "x" * 10_000])
def test_what_is_no_clear_case_is_searched_for(embedder, text):
    assert needs_retrieval([text], embedder) == [True]


def test_no_questions_need_no_answer(embedder):
    assert needs_retrieval([], embedder) == []
