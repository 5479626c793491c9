"""What people ask and decide in chat: typed requests in, bounded answers out; knows no platform.

    requests.py  what can be asked
    words.py     a request as a line of text and back: slash commands, buttons, pages
    answers.py   what comes back: blocks, rows, a picture, buttons, pages
    people.py    who may do what
    views.py     values of the ledger -> answers
    alerts.py    the buttons under an alert, and the answers about one
    checking.py  a text or an address -> a judged article
    desk.py      the Desk: carries out a request (bot.ports.Desk)

docs/commands.md describes the commands; adapters translate them in and out.
"""
