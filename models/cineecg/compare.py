"""
The paper's comparison (README.md): the default network's architecture trained on twelve leads and trained on the CineECG signal of the
same records, with the same budget, seeds and variation. Areas on fold 9, and how coherent the attributions of each are.

    python3 models/cineecg/compare.py [--seeds 3] [--epochs 40]

One thread, fixed seeds; writes comparison.json beside this file.
"""

import argparse
import json
import pathlib
import sys
import time

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import augment  # noqa: E402
import chain  # noqa: E402
import fit  # noqa: E402
import metrics  # noqa: E402
import network as networks  # noqa: E402
import path_signal  # noqa: E402
import records  # noqa: E402

CONFIG = {
    **fit.RECIPE,
    "reportFold": 9,
}
ARMS = {"leads": 12, "cineecg": 3}
RESAMPLES = 1000
# Of the two network inputs that coherence is told of: samples from each R mark.
BEAT = (-24, 48)


class Records:
    """Windows of folds with what the path needs of each."""

    def __init__(self, folds, marks_of):
        windows, self.labels = records.load(folds)
        self.leads = fit.millivolt(windows)[:, chain.INDEPENDENT]
        self.marks = [marks_of(window) for window in windows]
        plans = [path_signal.beat_plan(marks) for marks in self.marks]
        self.step, self.begin, self.start = (torch.from_numpy(np.stack(part)) for part in zip(*plans))

    def rows(self, arm, index, leads=None):
        """Network input [batch, rows, time] of these records; `leads`, where given, in the place of their own."""
        leads = self.leads[index] if leads is None else leads
        if arm == "leads":
            return augment.twelve_leads(leads)
        return path_signal.cineecg(leads, self.step[index], self.begin[index], self.start[index])


def vary(leads, generator):
    """Of augment.py what leaves every beat where it is: electrodes, gain, noise, baseline. The same for both arms."""

    def uniform(low, high, *shape):
        return low + (high - low) * torch.rand(*shape, generator=generator)

    batch, count, length = leads.shape
    leads = augment.shift_electrodes(leads, generator)
    leads = leads * uniform(0.85, 1.15, batch, 1, 1) * uniform(0.92, 1.08, batch, count, 1)
    leads = leads + uniform(0, 0.02, batch, 1, 1) * torch.randn(leads.shape, generator=generator)
    phase = uniform(0, 2 * np.pi, batch, count, 1)
    time_s = torch.arange(length) / augment.RATE_HZ
    return leads + uniform(0, 0.04, batch, count, 1) * torch.sin(2 * np.pi * uniform(0.3, 0.9, batch, 1, 1) * time_s + phase)


def other_start(rows, generator):
    """Turned round in time, each record by its own: beats at the borders are cut elsewhere."""
    length = rows.shape[2]
    starts = torch.randint(0, length, (len(rows),), generator=generator)
    index = (torch.arange(length) + starts[:, None]) % length
    return rows.gather(2, index[:, None].expand(-1, rows.shape[1], -1))


def network_of(arm):
    found = networks.EcgNetwork(networks.FAMILY["default"], len(records.CLASSES), CONFIG["dropout"])
    first = found.features[0]
    found.features[0] = torch.nn.Conv1d(
        ARMS[arm], first.out_channels, first.kernel_size, first.stride, first.padding, bias=False
    )
    return found


def train(arm, seed, epochs, data):
    networks.seed(seed)
    generator = torch.Generator().manual_seed(seed)
    network = network_of(arm)
    target = torch.from_numpy(data.labels[CONFIG["labels"]])
    steps = len(target) // CONFIG["batch"]

    def batches(_epoch):
        order = torch.randperm(len(target), generator=generator)[: steps * CONFIG["batch"]]
        for part in order.split(CONFIG["batch"]):
            rows = data.rows(arm, part, vary(data.leads[part], generator))
            yield augment.mix(other_start(rows, generator), target[part], CONFIG["mixUp"], generator)

    def say(epoch, loss, seconds, _average):
        print(f"{arm} {seed} epoch {epoch + 1} loss {loss:.4f} {seconds:.1f} s", flush=True)

    return fit.fit(network, epochs, steps, batches, torch.ones(target.shape[1]), CONFIG, say)


def attributions(network, rows, classes):
    """Gradient x input of one class of each record, [record, rows, time]."""
    network.eval()
    parts = []
    for part, wanted in zip(rows.split(64), classes.split(64)):
        part = part.clone().requires_grad_(True)
        network(part).gather(1, wanted[:, None]).sum().backward()
        parts.append((part.grad * part).detach())
    return torch.cat(parts)


def correlation(a, b):
    a, b = a - a.mean(), b - b.mean()
    size = a.norm() * b.norm()
    return float((a * b).sum() / size) if size > 0 else 0.0


def beats_of(one, marks):
    """[row, time] of a record, cut about each R mark that has its whole surroundings: [beat, values]."""
    whole = [mark for mark in marks if mark + BEAT[0] >= 0 and mark + BEAT[1] <= one.shape[1]]
    return torch.stack([one[:, mark + BEAT[0] : mark + BEAT[1]].flatten() for mark in whole]) if len(whole) > 1 else None


def coherence(maps, marks):
    """
    maps: of each seed, [record, rows, time]. For each record: the mean correlation between seeds, of the map and of its time course (the mean
    magnitude over rows, what the paper-like mapping lays on the path), and between the beats of a record, mean over seeds.
    """
    seeds = range(len(maps))
    pairs = [(a, b) for a in seeds for b in seeds if a < b]
    found = {"betweenSeeds": [], "betweenSeedsOverTime": [], "betweenBeats": []}
    for record in range(len(marks)):
        own = [one[record] for one in maps]
        courses = [one.abs().mean(dim=0) for one in own]
        found["betweenSeeds"].append(np.mean([correlation(own[a], own[b]) for a, b in pairs]))
        found["betweenSeedsOverTime"].append(np.mean([correlation(courses[a], courses[b]) for a, b in pairs]))
        beats = [beats_of(one, marks[record]) for one in own]
        if beats[0] is not None:
            values = [np.corrcoef(one.numpy()) for one in beats]
            found["betweenBeats"].append(
                np.mean([np.nanmean(value[np.triu_indices(len(value), 1)]) for value in values])
            )
    return found


def interval(values, draws, of=np.mean):
    """Estimate and 95 % percentile bootstrap over records."""
    drawn = np.sort([of(values[index]) for index in draws])
    return [round(float(value), 4) for value in (of(values), *np.quantile(drawn, [0.025, 0.975]))]


def macro(classes):
    """Macro area of rows that hold scores, then labels."""

    def of(rows):
        return metrics.per_class(rows[:, :classes], rows[:, classes:], records.CLASSES)["macro"]

    return of


def report(answers, maps, data, seeds, epochs):
    random = np.random.default_rng(CONFIG["seed"])
    count, classes = len(data.marks), len(records.CLASSES)
    draws = random.integers(0, count, (RESAMPLES, count))
    result = {"config": {**CONFIG, "seeds": seeds, "epochs": epochs}, "records": count, "arms": {}, "leadsMinusCineecg": {}}
    together = {arm: np.mean(answers[arm], axis=0) for arm in ARMS}
    for arm in ARMS:
        result["arms"][arm] = {"seeds": [metrics.rounded(one, data.labels) for one in answers[arm]], "meanOfSeeds": {}}
        for rule, truth in data.labels.items():
            joined = np.concatenate([together[arm], truth], axis=1)
            result["arms"][arm]["meanOfSeeds"][rule] = interval(joined, draws, macro(classes))
        found = {name: np.array(values) for name, values in coherence(maps[arm], data.marks).items()}
        result["arms"][arm]["coherence"] = {
            name: interval(values, random.integers(0, len(values), (RESAMPLES, len(values))))
            for name, values in found.items()
        }
    for rule, truth in data.labels.items():
        both = np.concatenate([together["leads"], truth, together["cineecg"], truth], axis=1)
        half = 2 * classes
        result["leadsMinusCineecg"][rule] = interval(
            both, draws, lambda rows: macro(classes)(rows[:, :half]) - macro(classes)(rows[:, half:])
        )
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "comparison.json")
    arguments = parser.parse_args()
    started = time.monotonic()
    marks_of = path_signal.detector()
    training, held = Records(CONFIG["trainFolds"], marks_of), Records([CONFIG["reportFold"]], marks_of)
    everything = torch.arange(len(held.marks))
    answers, maps = {}, {}
    for arm in ARMS:
        rows = held.rows(arm, everything)
        trained = [train(arm, CONFIG["seed"] + seed, arguments.epochs, training) for seed in range(arguments.seeds)]
        scores = [fit.scores(one, rows) for one in trained]
        # Every seed explains the same class of a record: what the seeds together call the most probable.
        winner = torch.stack(scores).mean(dim=0).argmax(dim=1)
        answers[arm] = [one.numpy() for one in scores]
        maps[arm] = [attributions(one, rows, winner) for one in trained]
    found = report(answers, maps, held, arguments.seeds, arguments.epochs)
    arguments.out.write_text(json.dumps(found, indent=1) + "\n")
    for arm, one in found["arms"].items():
        print(arm, json.dumps({**one["meanOfSeeds"], **one["coherence"]}))
    print("leads minus cineecg", json.dumps(found["leadsMinusCineecg"]))
    print(f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
