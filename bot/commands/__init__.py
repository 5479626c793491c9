"""What people ask and decide in chat: typed requests in, bounded answers out; knows no platform.

    requests.py  what can be asked
    words.py     a request as a line of text and back: slash commands, buttons, pages
    answers.py   what comes back: blocks, rows, a picture, buttons, pages
    people.py    who may do what
    views.py     values of the ledger -> answers
    drawing.py   values of the ledger -> what is drawn (bot.pictures)
    stories.py   a story, and what moving its reports came to -> answers
    alerts.py    the buttons under an alert, and the answers about one
    notices.py   a notice as an answer
    predictions.py  predictions as answers, and their buttons
    review.py    the review queue and the judge's precision -> answers
    reviewing.py what an editor's word on an item of the queue comes to
    checking.py  a text or an address -> a judged article
    desk.py      the Desk: carries out a request (bot.ports.Desk)

docs/commands.md describes the commands; adapters translate them in and out.
"""
