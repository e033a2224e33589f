"""The lenses by mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rforge.lenses import debug, optimize, release
from rforge.lenses.lens import Lens
from rforge.request import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

LENSES: Mapping[Mode, Lens] = {
    Mode.DEFAULT: Lens(Mode.DEFAULT, frozenset(), lambda _: ()),
    **{module.LENS.mode: module.LENS for module in (debug, optimize, release)},
}
