"""The application: from entries to verdicts, the ledger and alerts."""

import os

# The judge multiplies small matrices, often: two threads of numpy's that wait for one another took
# 20 to 60 times as long as one (docs/performance.md). Read once, when numpy is loaded.
# https://github.com/OpenMathLib/OpenBLAS#setting-the-number-of-threads-using-environment-variables
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
