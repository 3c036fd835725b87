"""Records with cardiologists' marks, as kept in ../shared/data/ludb, and what of them belongs to which beat."""

import csv
import gzip
import json
import os
import pathlib

import numpy as np

from device import ROOT

LEADS = ["i", "ii", "iii", "avr", "avl", "avf", "v1", "v2", "v3", "v4", "v5", "v6"]
INDEPENDENT = [0, 1, 6, 7, 8, 9, 10, 11]
# A beat and the QRS that a cardiologist drew are the same within 150 ms.
MATCH_SAMPLES = 75
NOT_DRAWN = -(10**6)


def folder():
    shared = pathlib.Path(os.environ.get("ISOCHRONE_SHARED", ROOT.parent / "shared"))
    path = shared / "data" / "ludb"
    if not (path / "delineation.csv").is_file():
        raise SystemExit(f"LUDB not found at {path}; set ISOCHRONE_SHARED to the folder that holds data/ludb")
    return path


def sha256():
    """Of the decompressed signal: names the set that taught the weights."""
    return json.loads((folder() / "meta.json").read_text())["raw_sha256"]


def records():
    """Returns the record numbers and microvolt, int32 [record][8][sample]."""
    meta = json.loads((folder() / "meta.json").read_text())
    raw = np.frombuffer(gzip.decompress((folder() / "ludb.d16.gz").read_bytes()), dtype="<i2")
    raw = np.cumsum(raw.reshape(-1, len(LEADS), meta["samples"]), axis=2, dtype=np.int16)
    gain = np.array([record["gain_per_mV"] for record in meta["meta"]])
    baseline = np.array([record["baseline"] for record in meta["meta"]])
    microvolt = np.rint((raw - baseline[:, :, None]) / gain[:, :, None] * 1000)
    return [record["record"] for record in meta["meta"]], microvolt[:, INDEPENDENT].astype(np.int32)


def waves():
    """By (record number, lead): (wave, onset, peak, offset), by peak; what was not drawn is NOT_DRAWN."""
    found = {}
    with open(folder() / "delineation.csv", newline="") as file:
        for row in csv.DictReader(file):
            moments = [int(row[name]) if row[name] else NOT_DRAWN for name in ("onset", "peak", "offset")]
            found.setdefault((int(row["record"]), LEADS.index(row["lead"])), []).append((row["wave"], *moments))
    return {key: sorted(rows, key=lambda row: row[2]) for key, rows in found.items()}


def drawn_beats(rows):
    """Of one lead: for each drawn QRS its peak, the six marks, and whether a P and a T could have been drawn there: the
    first beat's P and the last one's T are left out of LUDB."""
    qrs = [row for row in rows if row[0] == "QRS"]
    nothing = (None, NOT_DRAWN, NOT_DRAWN, NOT_DRAWN)
    for at, (_, onset, peak, end) in enumerate(qrs):
        before = qrs[at - 1][2] if at > 0 else -np.inf
        after = qrs[at + 1][2] if at + 1 < len(qrs) else np.inf
        p = [row for row in rows if row[0] == "P" and before < row[2] < peak] or [nothing]
        t = [row for row in rows if row[0] == "T" and peak < row[2] < after] or [nothing]
        marks = (p[-1][1], p[-1][3], onset, end, t[0][2], t[0][3])
        yield peak, marks, at > 0, at + 1 < len(qrs)
