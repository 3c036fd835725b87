"""Area under the ROC curve from ranks (Mann and Whitney), ties counted half."""

import numpy as np

from records import CLASSES


def auc(score, truth):
    order = np.argsort(score, kind="stable")
    ranks = np.empty(len(score))
    ranks[order] = np.arange(1, len(score) + 1)
    for value in np.unique(score):
        same = score == value
        ranks[same] = ranks[same].mean()
    positive = truth > 0.5
    count = positive.sum()
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * (len(score) - count)))


def per_class(scores, truths, names):
    values = {name: auc(scores[:, i], truths[:, i]) for i, name in enumerate(names)}
    return {"macro": float(np.mean(list(values.values()))), **values}


def rounded(scores, truths_by_rule):
    """Areas of each rule, as they are logged."""
    return {
        rule: {name: round(area, 4) for name, area in per_class(scores, truth, CLASSES).items()}
        for rule, truth in truths_by_rule.items()
    }
