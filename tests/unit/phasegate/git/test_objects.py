from __future__ import annotations

from phasegate.git.objects import Stamp
from phasegate.git.repository import Identity


def test_a_stamp_gives_git_both_roles_at_the_same_instant_in_utc() -> None:
    variables = Stamp(Identity("Ada", "ada@example.test"), 1_800_000_000).environment()
    for role in ("AUTHOR", "COMMITTER"):
        assert variables.pop(f"GIT_{role}_NAME") == "Ada"
        assert variables.pop(f"GIT_{role}_EMAIL") == "ada@example.test"
        assert variables.pop(f"GIT_{role}_DATE").lstrip("@") == "1800000000 +0000"
    assert variables == {}
