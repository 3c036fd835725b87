"""The device's delineation, compiled for this machine and called from Python."""

import ctypes
import pathlib
import subprocess

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CORE = ROOT / "firmware-templates" / "core"
WEIGHTS = CORE / "iso_delineate_weights.c"
SOURCES = ["leads", "decimate", "decimate_taps", "baseline", "chain", "qrs"]
SOURCES += ["beat_ring", "median_beat", "slopes", "delineate"]
MARKS = ["P onset", "P end", "QRS onset", "QRS end", "T peak", "T end"]
ABSENT = -32768
LEADS, SLOTS, BEFORE = 12, 296, 116
MAX_BEATS = 128
# Of a record: beats as the device cuts them out. codes: [lead][source][scale][slot].
BEAT = np.dtype(
    [
        ("centre", "<i4"),
        ("leads", "<i4", (LEADS, len(MARKS))),
        ("beat", "<i4", len(MARKS)),
        ("codes", "i1", (LEADS, 3, 2, SLOTS)),
    ]
)


def build(weights=WEIGHTS):
    """Compiles the shared library with a table of weights and returns its function."""
    library = ROOT / "build" / "models" / f"delineation-{weights.stem}.so"
    library.parent.mkdir(parents=True, exist_ok=True)
    sources = [str(CORE / f"iso_{name}.c") for name in SOURCES]
    shim = pathlib.Path(__file__).parent / "delineation_record.c"
    subprocess.run(
        ["gcc", "-std=c99", "-O2", "-shared", "-fPIC", f"-I{CORE}", "-o", str(library), *sources]
        + [str(weights), str(shim)],
        check=True,
    )
    return ctypes.CDLL(str(library)).iso_delineation_record


def beats_of(function, microvolt, first_index=0):
    """microvolt: int [8][samples] at 500 Hz. Returns an array of BEAT."""
    rows = np.ascontiguousarray(microvolt.T, dtype=np.int32)
    beats = np.zeros(MAX_BEATS, dtype=BEAT)
    count = function(
        rows.ctypes.data_as(ctypes.c_void_p),
        ctypes.c_uint32(len(rows)),
        ctypes.c_uint32(first_index),
        ctypes.c_uint32(MAX_BEATS),
        beats.ctypes.data_as(ctypes.c_void_p),
    )
    return beats[:count]
