"""`claimwire worker`."""

from __future__ import annotations

import signal
import threading

import typer

from bot.cli.common import ConfigOption, EssayOption, configured, essay_of
from bot.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Adds the subcommand."""
    app.command()(worker)


def worker(config: ConfigOption = None, essay: EssayOption = None) -> None:
    """Judge for a bot elsewhere, until SIGTERM or ctrl-C; docs/scaling.md."""
    from bot.judges import load_judge, mark_of, workers_queue

    loaded = configured(config, quiet=False)
    if not loaded.workers.redis_url:
        raise ConfigError(
            "[workers] redis_url is not set, so there is no bot to judge for. Set it there, or as"
            " CLAIMWIRE_WORKERS_REDIS_URL, to the same Redis as the bot's."
        )
    engine = workers_queue(loaded)
    from bot.workers.serving import serve

    text = essay_of(loaded, essay)
    mark = mark_of(loaded, text)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    serve(engine, load_judge(loaded, text), mark, stop)
