"""Pairs of a generative and a discriminative model of one form: what several sections need."""

from __future__ import annotations

from itertools import product

import pandas as pd

from genvsdisc.study.schema import groups

FAMILIES = ("generative", "discriminative")


def named_pairs(table: pd.DataFrame) -> pd.DataFrame:
    """Name the generative model beside the form where several of one form are in pairs."""
    several = table.groupby("form", sort=False)["generative"].transform("nunique") > 1
    return table.assign(form=table.form.where(~several, table.form + ": " + table.generative))


def paired_models(curves: pd.DataFrame) -> list[tuple[str, str]]:
    """List the pairs of a generative and a discriminative model of one form that have curves."""
    return [
        (generative, discriminative)
        for form, part in groups(curves.drop_duplicates("model"), "form")
        if form
        for generative, discriminative in product(*(part[part.family == family].model for family in FAMILIES))
    ]
