"""The account of every claim. What is listed imports only what stands below it in the list.

store.py      its face, async: in desk/ what people decide, in reading/ what they ask
desk/         what people decide, and what their decisions say of the judge
rounds/       what the clock brings: digests, reminders, silence
reading/      what is asked of the ledger: claims, reports, counts, exports, the way of a report
commit.py     one feed update, or one word of an editor, in one transaction
predictions/  the log of the predictions, and the premises that have fallen
alerts/       alerts, their revisions, what they say
standings/    where a claim stands: the rule, and its rows
outbox/       what waits for which channel, and who hears of what
stories/      which reports tell of one event, and what they say together
intake/       feeds, articles with their findings and verdicts, essays
base.py       what each part of the face stands on
file/         the database file: opened, owned by one thread, copied, its faults
migrations/   the tables, a file a change
chain.py      the hash chain over what is only ever added
records.py    what goes in and comes out, as values
sql.py        between Python values and rows
"""
