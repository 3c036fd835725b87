"""Weights of iso_reversal: python3 models/train_reversal.py (numpy, gcc, and PTB-XL at ../shared). About a minute.

Windows come from the firmware's own chain, features from iso_reversal.c; leads are exchanged by computation. Each exchange has a
logistic regression against the records as they are. Thresholds: on folds 1 to 8, each half scored by weights of the other half, a share THRESHOLD of
the records as they are stay below. Fold 9 is only reported.
"""

import ctypes
import subprocess

import numpy as np

import chain
import records

FEATURES = 72
# Share of records as they are that stay without a warning, for each exchange; there are three of limbs and seven of the chest.
THRESHOLD = {"limb": 0.997, "chest": 0.995}
RIDGE = 5.0
WEIGHT_SCALE, BIAS_SCALE = 1 << 8, 1 << 20
FEATURE_SCALE = 1 << 12


def limb(i_row, ii_row):
    matrix = np.eye(8)
    matrix[0, :2], matrix[1, :2] = i_row, ii_row
    return matrix


def chest(order):
    """order: which chest electrode each of V1 to V6 is then connected to."""
    matrix = np.eye(8)
    matrix[2:] = matrix[2:][np.array(order) - 1]
    return matrix


# In the order of iso_reversal.h.
EXCHANGES = {
    "RA/LA": limb([-1, 0], [-1, 1]),
    "LA/LL": limb([0, 1], [1, 0]),
    "RA/LL": limb([1, -1], [0, -1]),
    "V1/V2": chest([2, 1, 3, 4, 5, 6]),
    "V2/V3": chest([1, 3, 2, 4, 5, 6]),
    "V3/V4": chest([1, 2, 4, 3, 5, 6]),
    "V4/V5": chest([1, 2, 3, 5, 4, 6]),
    "V5/V6": chest([1, 2, 3, 4, 6, 5]),
    "V1/V3": chest([3, 2, 1, 4, 5, 6]),
    "V1…V6": chest([6, 5, 4, 3, 2, 1]),
}


def feature_function():
    library = chain.ROOT / "build" / "models" / "reversal.so"
    library.parent.mkdir(parents=True, exist_ok=True)
    # The weights are what is made here: the features do not need them.
    empty = (
        '#include "iso_reversal.h"\n'
        "const int16_t iso_reversal_weights[ISO_REVERSALS][ISO_REVERSAL_FEATURES];\n"
        "const int32_t iso_reversal_bias[ISO_REVERSALS];\n"
    )
    command = ["gcc", "-std=c99", "-O2", "-shared", "-fPIC", f"-I{chain.CORE}", "-o", str(library)]
    subprocess.run([*command, str(chain.CORE / "iso_reversal.c"), "-x", "c", "-"], input=empty, text=True, check=True)
    function = ctypes.CDLL(str(library)).iso_reversal_features
    function.restype = ctypes.c_bool
    return function


def features_of(function, windows, matrix):
    """windows: [record][8][1000]. Returns [record][FEATURES] as real numbers, nan where there is no signal."""
    out = np.full((len(windows), FEATURES), np.nan)
    buffer = np.zeros(FEATURES, dtype=np.int32)
    for index, window in enumerate(windows):
        rows = np.clip(matrix @ window.astype(np.float64), -32768, 32767).T
        rows = np.ascontiguousarray(rows, dtype=np.int16)
        if function(rows.ctypes.data_as(ctypes.c_void_p), ctypes.c_uint32(len(rows)), buffer.ctypes.data_as(ctypes.c_void_p)):
            out[index] = buffer / FEATURE_SCALE
    return out


def fit(plain, exchanged):
    """Ridge logistic regression by Newton's method on standardised features. Returns weights and bias for raw ones."""
    mean, deviation = plain.mean(0), plain.std(0) + 1e-3
    rows = np.concatenate([plain, exchanged])
    rows = np.c_[(rows - mean) / deviation, np.ones(len(rows))]
    answer = np.r_[np.zeros(len(plain)), np.ones(len(exchanged))]
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        odds = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        gradient = rows.T @ (odds - answer) + RIDGE * weights
        curvature = (rows * (odds * (1 - odds))[:, None]).T @ rows + RIDGE * np.eye(len(weights))
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    raw = weights[:-1] / deviation
    return raw, weights[-1] - raw @ mean


def c_rows(values):
    return "\n".join("        " + " ".join(f"{v}," for v in values[i : i + 12]) for i in range(0, len(values), 12))


def main():
    per_fold = [records.load([fold])[0][:, chain.INDEPENDENT] for fold in range(1, 10)]
    windows = np.concatenate(per_fold)
    fold = np.repeat(np.arange(1, 10), [len(w) for w in per_fold])
    function = feature_function()
    plain = features_of(function, windows, np.eye(8))
    usable = ~np.isnan(plain).any(1)
    learn = usable & (fold <= 8)
    halves = [learn & (fold <= 4), learn & (fold > 4)]
    weights, biases = [], []
    for name, matrix in EXCHANGES.items():
        exchanged = features_of(function, windows, matrix)
        use = ~np.isnan(exchanged).any(1)
        as_is, found = [], []
        for train, test in (halves, halves[::-1]):
            w, b = fit(plain[train & use], exchanged[train & use])
            as_is.append(plain[test & use] @ w + b)
            found.append(exchanged[test & use] @ w + b)
        threshold = np.quantile(np.concatenate(as_is), THRESHOLD["chest" if name[0] == "V" else "limb"])
        w, b = fit(plain[learn & use], exchanged[learn & use])
        weights.append(np.round(w * WEIGHT_SCALE).astype(int))
        biases.append(int(round((b - threshold) * BIAS_SCALE)))
        print(f"{name}: sensitivity on folds 1 to 8, crosswise, {np.mean(np.concatenate(found) > threshold):.3f}")
    assert max(np.abs(w).max() for w in weights) <= 32767
    text = [
        "/* Generated by models/train_reversal.py from PTB-XL 1.0.3 (Wagner et al., Sci Data 2020, CC",
        " * BY 4.0), folds 1 to 8. */",
        '#include "iso_reversal.h"',
        "",
        "/* clang-format off */",
        "const int16_t iso_reversal_weights[ISO_REVERSALS][ISO_REVERSAL_FEATURES] = {",
    ]
    for name, row in zip(EXCHANGES, weights):
        text += [f"    /* {name.replace('…', ' to ')} */", "    {", c_rows(list(row)), "    },"]
    text += ["};", "", "const int32_t iso_reversal_bias[ISO_REVERSALS] = {"]
    text += [f"    {bias}," for bias in biases]
    text += ["};", "/* clang-format on */", ""]
    (chain.CORE / "iso_reversal_weights.c").write_text("\n".join(text))


if __name__ == "__main__":
    main()
