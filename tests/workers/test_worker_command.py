"""`claimwire worker` and a bot with workers say plainly what is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import load_config
from bot.errors import ConfigError
from bot.essay.loader import bundled
from bot.judges import mark_of, workers_queue
from tests.app.bot_process import environment, free_port

WITHOUT_THE_EXTRA = "import sys; sys.modules['dramatiq'] = None; from bot.cli import main; main()"


def command(folder: Path, *arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments, "worker"],
        cwd=folder,
        env=environment(folder, free_port(), given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_worker_without_an_address_says_which_setting_is_missing(tmp_path: Path) -> None:
    done = command(tmp_path, "-m", "bot.cli")
    assert done.returncode == 2
    assert "[workers] redis_url is not set" in done.stderr


def test_a_worker_without_the_extra_says_how_to_install_it(tmp_path: Path) -> None:
    address = f"redis://127.0.0.1:{free_port()}"
    done = command(tmp_path, "-c", WITHOUT_THE_EXTRA, CLAIMWIRE_WORKERS_REDIS_URL=address)
    assert done.returncode == 2
    assert "pip install 'claimwire[workers]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("host:6379", "not the address"),
        ("http://host", "not the address"),
        ("redis://:hunter2@host/0", "holds a password"),
        ("redis://host/0?password=hunter2", "holds a password"),
        ("redis://host:port/0", "Port could not be cast"),
        ("redis://[host/0", "Invalid IPv6"),
    ],
)
def test_a_wrong_address_is_told_without_its_password(url: str, complaint: str) -> None:
    config = load_config(None, {"CLAIMWIRE_WORKERS_REDIS_URL": url})
    with pytest.raises(ConfigError, match=complaint) as raised:
        workers_queue(config)
    assert "hunter2" not in str(raised.value)


def test_the_mark_names_the_weights_the_settings_and_the_essay(tmp_path: Path) -> None:
    plain = {"CLAIMWIRE_DATA_DIR": str(tmp_path)}
    mark = mark_of(load_config(None, plain), bundled())
    again = mark_of(load_config(None, {**plain, "CLAIMWIRE_JUDGE_THREADS": "1"}), bundled())
    assert again == mark
    stricter = {**plain, "CLAIMWIRE_JUDGE_ALERT_THRESHOLD": "0.9"}
    assert mark_of(load_config(None, stricter), bundled()).judge != mark.judge
    own = tmp_path / "heads" / f"{bundled().id}.npz"
    own.parent.mkdir()
    own.write_bytes(b"what the desk taught")
    assert mark_of(load_config(None, plain), bundled()).judge != mark.judge


def test_a_language_model_takes_no_workers() -> None:
    config = load_config(None, {"CLAIMWIRE_JUDGE_KIND": "llm", "CLAIMWIRE_JUDGE_LLM_MODEL": "m"})
    with pytest.raises(ConfigError, match="budget"):
        mark_of(config, bundled())
