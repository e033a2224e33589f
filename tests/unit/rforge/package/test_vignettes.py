from __future__ import annotations

from rforge.package.vignettes import Vignettes


def test_only_what_r_does_not_build_itself_needs_a_builder(build) -> None:
    package = build(
        {f"vignettes/{name}": "" for name in ("a.Rmd", "b.qmd", "c.Rnw", "style.css", "sub/d.Rmd")}
    )
    assert package.vignettes == Vignettes(files=3, need_builder=2)
