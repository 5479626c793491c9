"""How long a channel rests after a failed attempt: a pure rule.

Exponential with full jitter, so that channels which failed together do not come back together
(https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
"""

from __future__ import annotations

import math
import random

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 15 * 60.0
# A platform's wish beyond this is taken for a mistake.
LONGEST_WISH_S = 6 * 3600.0


def wait_s(attempts: int, retry_after_s: float | None, rng: random.Random) -> float:
    """Seconds until the next attempt, after ``attempts`` (1..) that failed.

    At least ``retry_after_s``, the platform's own wish, if it is a sensible number.
    """
    # The exponent is bounded so that a row which failed for weeks does not overflow.
    ceiling_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(max(attempts - 1, 0), 30))
    wished_s = retry_after_s if retry_after_s is not None and math.isfinite(retry_after_s) else 0.0
    return max(rng.uniform(0, ceiling_s), min(max(wished_s, 0.0), LONGEST_WISH_S))
