"""Judgement workers: other processes or machines judge, and the bot alone writes the ledger.

    codec.py        a dataclass of bot.model as JSON and back, checked type by type
    messages.py     what travels: a batch of articles there, their judgements back
    engine.py       the queue: the only place that knows Dramatiq and Redis
    queue_judge.py  the bot's side: a Judge that asks workers, and judges itself where none answers
    serving.py      the worker's side: `claimwire worker`

docs/scaling.md says when they are worth having.
"""
