"""One process holds a ledger at a time; a crash frees it."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.lock import sole_writer

HOLDER = """
import sys
from pathlib import Path
from bot.lock import sole_writer
with sole_writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_is_kept_out_until_the_first_is_gone(tmp_path: Path) -> None:
    ledger = tmp_path / "new" / "ledger.sqlite"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(ledger)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ConfigError, match="another claimwire"), sole_writer(ledger):
            pass
        holder.kill()
    with sole_writer(ledger):
        pass


def test_a_folder_that_cannot_be_made_is_a_clear_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(ConfigError, match="data_dir"),
        sole_writer(tmp_path / "file" / "ledger.sqlite"),
    ):
        pass
