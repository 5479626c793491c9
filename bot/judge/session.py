"""Opens an ONNX graph on the processor: the only place that knows onnxruntime."""

from __future__ import annotations

import os
from pathlib import Path

# From 1.29 on it reports to its maker over the network, and leaves an id in the temporary folder.
# Read once, when it is loaded: https://github.com/microsoft/onnxruntime/pull/27379
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort


def open_session(graph: Path, *, threads: int) -> ort.InferenceSession:
    """A session with ``threads`` threads within one run; a run is safe from any thread.

    Raises whatever onnxruntime raises for a file that is missing or no graph.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads would take the cores from the event loop between two batches.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
