"""Writes filters.json, the answers of scipy.signal to one synthetic signal: python3 generate.py (needs numpy and scipy).

The signal has what the filters are for: beats, a slow wander and an offset, a 3 mV step, a chirp across both low-pass edges. Outputs
are kept at every seventh sample, which meets every phase of the eight-sample blocks of the linear high-pass.
"""
import json
import pathlib

import numpy as np
from scipy import signal

RATE = 500
N = 4200
KEPT = np.arange(0, N, 7)


def record():
    t = np.arange(N) / RATE
    x = np.full(N, 12000.0) + 300 * np.sin(2 * np.pi * 0.11 * t)
    for beat in np.arange(0.4, 8.4, 0.83):
        for at, width, height in ((-0.16, 0.024, 120), (-0.032, 0.009, -180), (0, 0.011, 1400),
                                  (0.03, 0.009, -300), (0.28, 0.045, 350)):
            x += height * np.exp(-0.5 * ((t - beat - at) / width) ** 2)
    x[(t >= 3) & (t < 3.1)] += 3000
    chirp = (t >= 5) & (t < 7)
    x[chirp] += 400 * signal.chirp(t[chirp] - 5, 10, 2, 240)
    return np.round(x).astype(int)


def primed(b, a, x):
    """lfilter of a record whose first value has been there for ever."""
    y, _ = signal.lfilter(b, a, x, zi=signal.lfilter_zi(b, a) * x[0])
    return y


def centred(taps, x):
    """Convolution with a symmetric kernel, its delay taken away, the record held at its ends."""
    half = len(taps) // 2
    return np.convolve(np.pad(np.asarray(x, float), half, mode="edge"), taps, mode="valid")


def main():
    x = record()
    low = {hz: signal.firwin(61, cut, window=("kaiser", signal.kaiser_beta(stop)), fs=RATE)
           for hz, cut, stop in ((150, 153.5, 50), (40, 43, 40))}
    # What the blocks and the lines between them amount to, but for what they fold back: boxes of 8, 8 * 72 taken twice at
    # every eighth sample, and the triangle of a line. Even boxes in a row of four: the delay is a whole number.
    box = np.ones(8) / 8
    average = np.zeros(8 * 71 + 1)
    average[::8] = 1 / 72
    baseline = np.convolve(np.convolve(box, box), np.convolve(box, np.convolve(average, average)))
    baseline = np.convolve(baseline, [0.5, 0.5])
    kept = lambda y: [round(float(v), 2) for v in np.asarray(y)[KEPT]]
    out = {
        "source": "generate.py",
        "rateHz": RATE,
        "every": 7,
        "inputMicrovolt": [int(v) for v in x],
        "lowpass150": kept(centred(low[150], x)),
        "lowpass40": kept(centred(low[40], x)),
        "highpass": kept(primed(*signal.butter(1, 0.05, "highpass", fs=RATE), x)),
        "highpassLinear": kept(x - centred(baseline, x)),
    }
    path = pathlib.Path(__file__).with_name("filters.json")
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
