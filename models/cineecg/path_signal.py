"""
The CineECG signal of ten seconds: the path of the mean temporal-spatial isochrone (van Dam 2017; host/cineecg/path.ts), beat after
beat, as three rows of millimetres. A simplification of what the device computes on its mean beat: the phases lie at fixed times about
each R mark instead of at fiducials.
"""

import ctypes
import subprocess

import numpy as np
import torch

import chain

# Inverse Dower (Edenbrandt and Pahlm 1988), rows X Y Z, columns I II V1 … V6, as in host/cineecg/matrices.ts.
INVERSE_DOWER = torch.tensor(
    [
        [0.156, -0.010, -0.172, -0.074, 0.122, 0.231, 0.239, 0.194],
        [-0.227, 0.887, 0.057, -0.019, -0.106, -0.022, 0.041, 0.048],
        [0.022, 0.102, -0.229, -0.310, -0.246, -0.063, 0.055, 0.108],
    ]
)
# 0.7 m/s at 100 Hz; below this share of the largest vector the signal counts as isoelectric (host/cineecg/path.ts).
QRS_STEP_MM = 7.0
ISOELECTRIC_SHARE = 0.05
# host/cineecg/geometry.ts, Frank millimetres: sinus node, left side of the mid septum.
ATRIAL_START_MM = (-45.0, -65.0, 20.0)
PATH_START_MM = (-12.25, 0.94, -6.27)
# Samples from R: P wave, QRS and ST-T begin; typical of adults, the same for every beat.
P_BEGINS, QRS_BEGINS, STT_BEGINS = -24, -6, 8
MOST_BEATS = 64


def detector():
    """Compiles the device's beat detector under build/ and returns a function: window [12][1000] int16 -> R marks."""
    library = chain.ROOT / "build" / "models" / "qrs.so"
    library.parent.mkdir(parents=True, exist_ok=True)
    sources = [chain.CORE / "iso_qrs.c", chain.ROOT / "models" / "cineecg" / "qrs_record.c"]
    subprocess.run(
        ["gcc", "-std=c99", "-O2", "-shared", "-fPIC", f"-I{chain.CORE}", "-o", library, *sources], check=True
    )
    function = ctypes.CDLL(str(library)).iso_qrs_record

    def marks(window):
        rows = np.ascontiguousarray(window[chain.INDEPENDENT].T, dtype=np.int16)
        found = np.zeros(MOST_BEATS, dtype=np.uint32)
        count = function(rows.ctypes.data_as(ctypes.c_void_p), found.ctypes.data_as(ctypes.c_void_p), MOST_BEATS)
        return found[:count].astype(np.int64)

    return marks


def beat_plan(marks, samples=chain.WINDOW_SAMPLES):
    """
    What of the path does not depend on voltages: for each sample the step in millimetres, the sample at which its path began, and where
    it began, [3]. Before the first beat and without any the path stands still at the start of QRS.
    """
    step = np.zeros(samples, dtype=np.float32)
    begin = np.zeros(samples, dtype=np.int64)
    start = np.tile(np.array(PATH_START_MM, dtype=np.float32), (samples, 1))
    for number, mark in enumerate(marks):
        onset, j_point = mark + QRS_BEGINS, mark + STT_BEGINS
        end = marks[number + 1] + P_BEGINS if number + 1 < len(marks) else samples
        phases = [(mark + P_BEGINS, onset, QRS_STEP_MM, mark + P_BEGINS, ATRIAL_START_MM)]
        phases.append((onset, j_point, QRS_STEP_MM, onset, PATH_START_MM))
        # Recovery takes the same way in a longer time.
        phases.append((j_point, end, QRS_STEP_MM * (j_point - onset) / max(1, end - j_point), onset, PATH_START_MM))
        for first, last, millimetres, origin, place in phases:
            part = slice(min(max(first, 0), samples), min(max(last, 0), samples))
            step[part], begin[part], start[part] = millimetres, max(origin, 0), place
    return step, begin, start.T.copy()


def cineecg(leads, step, begin, start):
    """leads [batch, 8, time] millivolt; the others as beat_plan gives them, a row each. Returns [batch, 3, time], units of 30 mm."""
    vector = torch.einsum("al,blt->bat", INVERSE_DOWER, leads)
    size = vector.norm(dim=1, keepdim=True)
    floor = torch.maximum(size, ISOELECTRIC_SHARE * size.amax(dim=2, keepdim=True)).clamp_min(1e-6)
    travelled = torch.cumsum(vector / floor * step[:, None], dim=2)
    # What was travelled before this sample, from the beginning of its own path on.
    before = torch.nn.functional.pad(travelled, (1, 0))[..., :-1]
    origin = before.gather(2, begin[:, None].expand(-1, 3, -1))
    return (start + before - origin) / 30
