"""An identity as a key, and back."""

from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.desk.clients import Identity

ID = st.text(st.characters(exclude_characters=":"), min_size=1)


@given(ID, st.text(min_size=1), ID)
@example("viber", "pa:800000002", "hanna-of-viber==")
def test_a_key_names_one_identity(messenger: str, account: str, user: str) -> None:
    identity = Identity(messenger, account, user)
    assert Identity.from_key(identity.key) == identity
