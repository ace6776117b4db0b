"""What waits in an outbox is a figure, which an alarm asks for."""

from shared.bus.backlog import OLDEST, Backlog, show_backlog


def shown() -> dict[str, float]:
    """The figure of each destination."""
    [metric] = OLDEST.collect()
    return {sample.labels["destination"]: sample.value for sample in metric.samples}


def test_the_longest_wait_is_shown_by_destination() -> None:
    show_backlog([Backlog("screening", 3, 310.5), Backlog("sharing", 1, 0.2)])
    assert shown() == {"screening": 310.5, "sharing": 0.2}


def test_a_destination_for_which_nothing_waits_any_more_is_shown_no_more() -> None:
    show_backlog([Backlog("screening", 3, 310.5)])
    show_backlog([])
    assert shown() == {}
