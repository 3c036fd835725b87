"""
Probabilities that mean what they say (Platt 1999): for each class a factor and an offset of its logit, put into the last layer. The
device's sigmoid of a logit then is the calibrated probability, and nothing on the way has to know of it.
"""

import numpy as np
import torch


def fit_platt(logit, truth):
    """Factor and offset of least cross-entropy, by Newton's method; Platt's targets keep the extremes finite."""
    positives = truth.sum()
    high, low = (positives + 1) / (positives + 2), 1 / (len(truth) - positives + 2)
    wanted = np.where(truth > 0.5, high, low)
    rows = np.stack([logit, np.ones_like(logit)], axis=1).astype(np.float64)
    found = np.array([1.0, 0.0])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (probability - wanted)
        curvature = (rows * (probability * (1 - probability))[:, None]).T @ rows + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, slope)
        found -= step
        if np.abs(step).max() < 1e-9:
            break
    return found


def expected_calibration_error(probability, truth, bins=10):
    """Bins of equal width (Guo 2017): mean distance of the mean probability from the share of positives."""
    place = np.minimum((probability * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(probability[place == number].sum() - truth[place == number].sum())
            for number in range(bins)
        )
        / len(truth)
    )


def operating_point(probability, truth):
    """The probability at which sensitivity and specificity together are largest (Youden's index), between two neighbours."""
    order = np.argsort(probability)
    sorted_truth = truth[order] > 0.5
    missed = np.cumsum(sorted_truth) / sorted_truth.sum()
    cleared = np.cumsum(~sorted_truth) / (~sorted_truth).sum()
    at = int(np.argmax(cleared - missed))
    upper = probability[order[min(at + 1, len(order) - 1)]]
    return round(float(probability[order[at]] + upper) / 2, 3)


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def operating_points(logits, truth):
    return [operating_point(sigmoid(logits[:, i]), truth[:, i]) for i in range(truth.shape[1])]


def calibrate(network, logits, truth):
    """
    Changes the last layer. Returns factor, offset and two expected calibration errors of each class: of the records that it was fitted
    on, and crosswise, each half of them by what the other half gave.
    """
    halves = np.arange(len(truth)) % 2
    found = {"factor": [], "offset": [], "expectedCalibrationError": [], "crosswise": []}
    with torch.no_grad():
        for i in range(truth.shape[1]):
            factor, offset = fit_platt(logits[:, i], truth[:, i])
            network.classifier.weight[i] *= factor
            network.classifier.bias[i] = network.classifier.bias[i] * factor + offset
            crosswise = np.zeros(len(truth))
            for half in (0, 1):
                a, b = fit_platt(logits[halves != half, i], truth[halves != half, i])
                crosswise[halves == half] = sigmoid(a * logits[halves == half, i] + b)
            own = sigmoid(factor * logits[:, i] + offset)
            found["factor"].append(round(float(factor), 4))
            found["offset"].append(round(float(offset), 4))
            found["expectedCalibrationError"].append(round(expected_calibration_error(own, truth[:, i]), 4))
            found["crosswise"].append(round(expected_calibration_error(crosswise, truth[:, i]), 4))
    return found
