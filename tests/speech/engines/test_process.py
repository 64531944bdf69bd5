"""What helper processes may know, and that none outlives the line."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from speech.engines.pipe import Op, pack, read_message
from speech.engines.process import WorkerProcess, child_environment
from speech.models import COMMITTED


def test_no_secret_or_setting_reaches_a_helper_process(monkeypatch):
    for name in ("LOANLINE_KEYRING_PASSPHRASE", "TWILIO_AUTH_TOKEN", "LOANLINE_DATA_DIR"):
        monkeypatch.setenv(name, "a secret")
    known = child_environment()
    assert "a secret" not in known.values()
    assert known["MALLOC_ARENA_MAX"] == "2"


async def test_a_worker_starts_answers_and_ends():
    heard, ended = [], []
    worker = WorkerProcess("en-US", lambda _, op, number, payload: heard.append((op, number)), ended.append)
    await worker.start(COMMITTED / "en-phone", 1, 30.0)
    assert worker.baseline > 10_000_000
    worker.send(Op.PING)
    for _ in range(500):
        if heard:
            break
        await asyncio.sleep(0.01)
    assert heard == [(Op.PONG, 0)]
    await worker.close(2.0)
    assert ended == [worker]
    worker.send(Op.PING)


def test_a_worker_ends_when_its_parent_is_killed():
    """The parent starts a worker, says its pid, and is killed; the pipe ends, and so does the worker."""
    code = (
        "import asyncio\nfrom speech.engines.vosk_pool import VoskPool\nfrom speech.models import find_model\n"
        "async def main():\n    pool = VoskPool({'en-US': find_model('en-US')})\n    await pool.start()\n"
        "    print(pool.pids[0], flush=True)\n    await asyncio.sleep(60)\nasyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=child_environment()) as parent:
        worker = int(parent.stdout.readline())
        parent.kill()
    for _ in range(200):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{worker}/stat").read_text().split()[2] == "Z":  # dead, not yet reaped by init
            return
        time.sleep(0.02)
    raise AssertionError("the worker lives on")


def test_messages_survive_the_pipe(tmp_path):
    path = tmp_path / "pipe"
    path.write_bytes(pack(Op.AUDIO, 7, b"abc") + pack(Op.FINISH, 8) + pack(Op.RESULT, 9, b"xyz")[:-1])
    with path.open("rb") as stream:
        assert read_message(stream) == (Op.AUDIO, 7, b"abc")
        assert read_message(stream) == (Op.FINISH, 8, b"")
        assert read_message(stream) is None
