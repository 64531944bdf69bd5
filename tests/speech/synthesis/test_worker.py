"""What the speaking process makes of its pieces, and that it leaves no file."""

import json
import subprocess
import sys

import numpy as np

from speech.audio import decode_mulaw
from speech.engines.process import child_environment
from speech.synthesis.worker import join


def test_pieces_and_pauses_are_joined_in_order():
    tone = (3000 * np.sin(np.arange(1600) * 0.5)).astype(np.int16)
    sound = decode_mulaw(join([tone, 100, tone, 50]))
    assert len(sound) == 1600 + 800 + 1600 + 400
    assert np.max(np.abs(sound[1700:2300])) < 200
    assert np.max(np.abs(sound[2500:3900])) > 3000
    assert join([]) == b""


def test_the_process_leaves_no_file_behind(tmp_path):
    request = json.dumps({"voice": "en-us+f2", "rate": 150, "segments": ["Jane Example", 100, "hello"]})
    done = subprocess.run(
        [sys.executable, "-m", "speech.synthesis.worker"],
        input=request.encode() + b"\nnot json",
        capture_output=True,
        cwd=tmp_path,
        env={**child_environment(), "TMPDIR": str(tmp_path)},
        timeout=30,
        check=False,
    )
    head, _, sound = done.stdout.partition(b"\n")
    assert len(sound) == json.loads(head)["size"] > 8000
    assert list(tmp_path.iterdir()) == []
