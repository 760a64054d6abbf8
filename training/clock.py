"""Training time that survives suspensions: a process stopped for a while does not lose its schedule."""
import time


class Clock:
    def __init__(self, seconds=0.0):
        self.seconds, self.last = seconds, time.monotonic()

    def tick(self):
        """Seconds trained so far. A gap of more than a minute between two calls is a suspension and is not counted."""
        now = time.monotonic()
        if now - self.last < 60:
            self.seconds += now - self.last
        self.last = now
        return self.seconds

    def tick_from_now(self):
        """Counts from here on: what went before was no training."""
        self.last = time.monotonic()
