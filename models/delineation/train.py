"""Trains the delineation networks on LUDB: cross-validated by records, then on all of them. See README.md."""

import argparse
import json
import pathlib

import numpy as np
import torch

import device
import emit
import ludb
import network as networks

FOLDS = 5
SEED = 20200410
LOG = pathlib.Path(__file__).parent / "training-log.json"
# Samples of 500 Hz inside the CSE working party's two standard deviations; T peak has none.
TOLERANCE = {"P onset": 5, "P end": 6, "QRS onset": 3, "QRS end": 5, "T end": 15}


def match(beats, drawn):
    """The beats, and those that a cardiologist drew on one lead, as pairs of indices."""
    for at, (peak, *_) in enumerate(drawn):
        if len(beats) > 0:
            nearest = int(np.argmin(np.abs(beats["centre"] - peak)))
            if abs(beats["centre"][nearest] - peak) <= ludb.MATCH_SAMPLES:
                yield nearest, at


def examples_of(numbers, microvolt, waves, function):
    """Every record twice, its slots begun at even and at odd samples. Returns record, codes, marks, may of each example."""
    record, codes, marks, may = [], [], [], []
    for number, leads in zip(numbers, microvolt):
        for first_index in (0, 1):
            beats = device.beats_of(function, leads, first_index)
            for lead in range(device.LEADS):
                drawn = list(ludb.drawn_beats(waves.get((number, lead), [])))
                for beat, at in match(beats, drawn):
                    _, six, may_p, may_t = drawn[at]
                    record.append(number)
                    codes.append(beats["codes"][beat, lead])
                    marks.append([m if m == ludb.NOT_DRAWN else m - beats["centre"][beat] for m in six])
                    may.append((may_p, may_t))
    return np.array(record), np.stack(codes), np.array(marks), np.array(may)


def fit(record, codes, marks, may, learn, share):
    """learn: bool of each example. Returns the integer layers of every network."""
    rows = np.flatnonzero(learn)
    integers = {}
    for name, network in networks.NETWORKS.items():
        examples = networks.Examples(network, codes, marks, may)
        model = networks.train(network, examples, rows, share, SEED)
        integers[name] = networks.to_integers(network, model, examples, rows[::8])
    return integers


def score(numbers, microvolt, waves, function):
    """Errors of the device's marks on these records: for each mark, on leads and of beats."""
    found = {mark: {"lead": [], "beat": []} for mark in device.MARKS}
    presence = []
    for number, leads in zip(numbers, microvolt):
        beats = device.beats_of(function, leads)
        of_beat = {}
        for lead in range(device.LEADS):
            drawn = list(ludb.drawn_beats(waves.get((number, lead), [])))
            pairs = {at: beat for beat, at in match(beats, drawn)}
            for at, (_, six, may_p, _) in enumerate(drawn):
                beat = pairs.get(at)
                if beat is not None and (may_p or six[0] != ludb.NOT_DRAWN):
                    presence.append((six[0] != ludb.NOT_DRAWN, beats["leads"][beat, lead, 0] != device.ABSENT))
                for m, mark in enumerate(device.MARKS):
                    if six[m] == ludb.NOT_DRAWN:
                        continue
                    ours = device.ABSENT if beat is None else beats["leads"][beat, lead, m]
                    error = np.nan if ours == device.ABSENT else ours + beats["centre"][beat] - six[m]
                    found[mark]["lead"].append(error)
                    if beat is not None:
                        of_beat.setdefault((beat, m), []).append(six[m])
        for (beat, m), drawn_at in of_beat.items():
            ours = beats["beat"][beat, m]
            error = np.nan if ours == device.ABSENT else ours + beats["centre"][beat] - np.median(drawn_at)
            found[device.MARKS[m]]["beat"].append(error)
    return found, presence


def table(found, presence):
    rows = {}
    for mark, by in found.items():
        for kind, errors in by.items():
            errors = 2 * np.array(errors, dtype=float)
            known = errors[~np.isnan(errors)]
            inside = np.sum(np.abs(known) <= 2 * TOLERANCE[mark]) / len(errors) if mark in TOLERANCE else None
            rows[f"{mark}, {kind}"] = {
                "marks": len(errors),
                "found": round(len(known) / len(errors), 4),
                "medianAbsoluteErrorMs": float(np.median(np.abs(known))),
                "meanErrorMs": round(float(np.mean(known)), 1),
                "insideCse": None if inside is None else round(float(inside), 4),
            }
    drawn, ours = np.array(presence).T
    rows["P there"] = {
        "sensitivity": round(float(np.mean(ours[drawn])), 4),
        "specificity": round(float(np.mean(~ours[~drawn])), 4),
        "drawn": int(drawn.sum()),
        "notDrawn": int((~drawn).sum()),
    }
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the epochs, for trying things out")
    parser.add_argument("--only-cross-validate", action="store_true")
    parser.add_argument("--no-cross-validate", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    numbers, microvolt = ludb.records()
    numbers = np.array(numbers)
    waves = ludb.waves()
    scratch = device.ROOT / "build" / "models"
    untrained = scratch / "untrained.c"
    emit.write(untrained, {name: untrained_layers(network) for name, network in networks.NETWORKS.items()})
    examples = examples_of(numbers, microvolt, waves, device.build(untrained))
    if not options.no_cross_validate:
        total, presences = None, []
        for fold in range(FOLDS):
            held = numbers % FOLDS == fold
            weights = scratch / f"fold{fold}.c"
            emit.write(weights, fit(*examples, examples[0] % FOLDS != fold, options.share))
            found, presence = score(numbers[held], microvolt[held], waves, device.build(weights))
            presences += presence
            total = found if total is None else {m: {k: total[m][k] + found[m][k] for k in found[m]} for m in found}
            print(f"fold {fold + 1} of {FOLDS}", flush=True)
        rows = table(total, presences)
        for name, row in rows.items():
            print(name.ljust(18), "  ".join(f"{key} {value}" for key, value in row.items()))
        log = {"dataSha256": ludb.sha256(), "folds": FOLDS, "share": options.share, "crossValidated": rows}
        LOG.write_text(json.dumps(log, indent=2) + "\n")
    if not options.only_cross_validate:
        emit.write(device.WEIGHTS, fit(*examples, examples[0] > 0, options.share))


def untrained_layers(network):
    """Weights of zero: the library that cuts out the training examples needs a table, not its marks."""
    inputs = sum(window[4] for window in network["windows"])
    (first, second), outputs = network["hidden"], networks.outputs_of(network)[1]
    shapes = [(first, inputs), (second, first), (outputs, second)]
    return [
        {"weights": np.zeros(shape, np.int8), "bias": np.zeros(shape[0], np.int32), "multiplier": 1, "shift": 1}
        for shape in shapes
    ]


if __name__ == "__main__":
    main()
