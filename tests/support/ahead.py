"""`mockserver` on a machine whose clock is two minutes ahead: a program to start, in whose process every clock of the machine that
`mockserver` reads is.
"""

import time
from datetime import UTC, datetime, timedelta

AHEAD = timedelta(minutes=2)

if __name__ == "__main__":
    told, told_ns = time.time, time.time_ns
    time.time = lambda: told() + AHEAD.total_seconds()
    time.time_ns = lambda: told_ns() + int(AHEAD.total_seconds() * 1e9)

    from mockserver.cli import main
    from mockserver.sandbox import clocks

    clocks.system_time = clocks.RealTime(lambda: datetime.now(UTC) + AHEAD)
    main()
