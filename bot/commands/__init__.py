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
    desk.py      the Desk: has a request carried out, if the actor may (bot.ports.Desk)
    looking.py   carries out look-ups
    picturing.py carries out look-ups that are answered with a picture
    receiving.py carries out subscriptions and mutes
    deciding.py  carries out what editors decide
    ground.py    what all of these stand on: the essay, the ledger, the config's policy
    paging.py    which rows are on the page that was asked for

docs/commands.md describes the commands; adapters translate them in and out.
"""
