"""How far a message came: only forward, in whatever order it is told."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.messages import Delivery, DeliveryState
from chalicelib.desk.receipts import Receipt

FORWARD = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.READ)


def after(states: list[DeliveryState]) -> DeliveryState | None:
    told = reduce(lambda receipt, state: receipt.told(Delivery(state)), states, Receipt("whatsapp:1:wamid.1")).delivery
    return told.state if told else None


@given(st.lists(st.sampled_from(FORWARD), min_size=1))
def test_the_furthest_is_kept_in_any_order(states: list[DeliveryState]) -> None:
    assert after(states) is max(states, key=FORWARD.index)


@given(st.lists(st.sampled_from(DeliveryState)))
def test_nothing_ever_goes_back(states: list[DeliveryState]) -> None:
    reached = [after(states[: n + 1]) for n in range(len(states))]
    if DeliveryState.FAILED in reached:
        assert set(reached[reached.index(DeliveryState.FAILED) :]) == {DeliveryState.FAILED}
    if DeliveryState.DELIVERED in reached:
        assert set(reached[reached.index(DeliveryState.DELIVERED) :]) <= {DeliveryState.DELIVERED, DeliveryState.READ}
