"""Which classes are taken for which."""

import numpy as np

from genvsdisc.study.statistics.confusion import confusion_table


def test_confusion_keeps_classes_that_are_never_predicted():
    table = confusion_table("m", np.array([[0.7, 0.2, 0.1]] * 3), np.array([0, 1, 1]), np.array(["a", "b", "c"]))
    shares = table.set_index(["true", "predicted"])["share"]
    assert shares["a", "a"] == shares["b", "a"] == 1
    assert shares["c"].sum() == 0
    assert len(shares) == 9
