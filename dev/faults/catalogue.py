"""The faults by name, with what is done and what is expected, for the report."""

from collections.abc import Callable
from dataclasses import dataclass

from . import kills


@dataclass
class Fault:
    """One kind of fault: the function that provokes it, and words about it."""

    function: Callable
    text: str


FAULTS = {
    "kill-run": Fault(
        kills.kill_run,
        "The process of the nightly run is killed (SIGKILL) at moments spread evenly "
        "over its measured length; a clean run and a delivery follow.",
    ),
    "kill-delivery": Fault(
        kills.kill_delivery,
        "The process that works through the mail queue is killed at moments spread "
        "evenly over its measured length; a clean delivery follows.",
    ),
}
