"""PTB-XL as kept in ../shared/data/ptbxl: decoding, labels, and the windows that the device would make of them."""

import collections
import csv
import gzip
import hashlib
import json
import os
import pathlib

import numpy as np

import chain

CLASSES = ["NORM", "MI", "STTC", "CD", "HYP"]
LEADS = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
SAMPLES = 5000


def folder():
    shared = pathlib.Path(os.environ.get("ISOCHRONE_SHARED", chain.ROOT.parent / "shared"))
    path = shared / "data" / "ptbxl"
    if not (path / "labels.csv").is_file():
        raise SystemExit(f"PTB-XL not found at {path}; set ISOCHRONE_SHARED to the folder that holds data/ptbxl")
    return path


def decode(path):
    """*.d16.gz: first differences along time, wrapping in 16 bits. Returns int16 [record][lead][sample], microvolt."""
    raw = np.frombuffer(gzip.decompress(path.read_bytes()), dtype="<i2")
    return np.cumsum(raw.reshape(-1, len(LEADS), SAMPLES), axis=2, dtype=np.int16)


def rows_of(fold):
    with open(folder() / "labels.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["strat_fold"]) == fold]
    return sorted(rows, key=lambda row: int(row["index_in_fold"]))


def labels(fold, rule):
    """rule: 'sup' (any likelihood, the benchmark's) or 'sup50'. Returns float32 [record][class]."""
    rows = rows_of(fold)
    return np.array([[float(row[f"{rule}_{name}"]) for name in CLASSES] for row in rows], dtype=np.float32)


def auxiliary(folds, least):
    """
    What else the records' rows tell, from 0 to 1, float32 [record][name], and the names: each SCP statement that at least `least` of
    them have; sex; the frontal axis to the left; age. They teach the network more of the same signal than five classes do.
    """
    rows = [row for fold in folds for row in rows_of(fold)]
    statements = [statements_of(row) for row in rows]
    counts = collections.Counter(code for codes in statements for code in codes)
    kept = sorted(code for code, count in counts.items() if count >= least)
    targets = [
        [*(float(code in codes) for code in kept), float(row["sex"]), float(row["heart_axis"] in ("LAD", "ALAD")), age(row)]
        for row, codes in zip(rows, statements)
    ]
    return np.array(targets, dtype=np.float32), [*kept, "sex", "left axis", "age"]


def statements_of(row):
    return set(json.loads(row["scp_codes"]))


def has_statements(folds, codes):
    """float32 [record][code]: given with any likelihood."""
    rows = [row for fold in folds for row in rows_of(fold)]
    return np.array([[float(code in statements_of(row)) for code in codes] for row in rows], dtype=np.float32)


def age(row):
    """20 years is 0, 90 is 1; unknown is the middle of the set, 60."""
    return min(max((float(row["age"] or 60) - 20) / 70, 0.0), 1.0)


def chain_hash():
    """Changes when the chain does: windows in the cache are only as good as the code that made them."""
    digest = hashlib.sha256()
    for path in sorted(chain.CORE.glob("iso_*.[ch]")):
        if path.stem in [*chain.SOURCES, "iso_window"]:
            digest.update(path.read_bytes())
    digest.update((chain.ROOT / "models" / "chain_record.c").read_bytes())
    return digest.hexdigest()[:16]


def load(folds):
    """Returns windows int16 [record][12][1000] and a dictionary of labels by rule; keeps windows in build/models."""
    function = None
    windows = []
    for fold in folds:
        cache = chain.ROOT / "build" / "models" / f"windows-{chain_hash()}-fold{fold:02d}.npz"
        if not cache.is_file():
            function = function or chain.build()
            records = decode(folder() / f"fold{fold:02d}.d16.gz")
            made = np.stack([chain.window_of(function, record) for record in records])
            np.savez_compressed(cache, windows=made)
        windows.append(np.load(cache)["windows"])
    return np.concatenate(windows), {
        rule: np.concatenate([labels(fold, rule) for fold in folds]) for rule in ("sup", "sup50")
    }
