"""The signal chain of the firmware, compiled for this machine and called from Python."""

import ctypes
import pathlib
import subprocess

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORE = ROOT / "firmware-templates" / "core"
SOURCES = ["iso_leads", "iso_decimate", "iso_decimate_taps", "iso_baseline", "iso_chain"]
WINDOW_SAMPLES = 1000
# Where I II V1 … V6 stand among the twelve leads.
INDEPENDENT = [0, 1, 6, 7, 8, 9, 10, 11]


def build():
    """Compiles the shared library under build/ and returns its function."""
    library = ROOT / "build" / "models" / "chain.so"
    library.parent.mkdir(parents=True, exist_ok=True)
    sources = [str(CORE / f"{name}.c") for name in SOURCES] + [str(ROOT / "models" / "chain_record.c")]
    subprocess.run(
        ["gcc", "-std=c99", "-O2", "-shared", "-fPIC", f"-I{CORE}", "-o", str(library), *sources],
        check=True,
    )
    return ctypes.CDLL(str(library)).iso_chain_record


def window_of(function, microvolt):
    """microvolt: [12][samples] integers at 500 Hz. Returns int16 [12][1000]: 100 Hz, microvolt, as on the device."""
    rows = np.ascontiguousarray(microvolt[INDEPENDENT].T, dtype=np.int32)
    window = np.zeros((WINDOW_SAMPLES, 12), dtype=np.int32)
    pointer = ctypes.POINTER(ctypes.c_int32)
    written = function(
        rows.ctypes.data_as(pointer), ctypes.c_uint32(len(rows)), window.ctypes.data_as(pointer)
    )
    if written != WINDOW_SAMPLES:
        raise ValueError(f"a record of {len(rows)} samples gives {written} chain samples, not {WINDOW_SAMPLES}")
    return np.clip(window.T, -32768, 32767).astype(np.int16)
