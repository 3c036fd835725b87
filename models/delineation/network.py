"""The networks of iso_delineate: what they read and say, how they learn, and how they become integers."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from device import BEFORE, MARKS, SLOTS
from ludb import NOT_DRAWN

LEAD, MEDIAN, ALL = 0, 1, 2
FINE, COARSE = 0, 1
# window: source, scale, first slot, step, count. axis: mark, first moment (500 Hz samples), step, count, tolerance.
# The tolerances are the CSE working party's two standard deviations: 10.2, 12.7, 6.5, 11.6, 30.6 ms; T peak has none.
# presence: whether a wave is there at all; every beat has a QRS.
NETWORKS = {
    "P": {
        "windows": [(source, COARSE, -108, 2, 53) for source in (LEAD, MEDIAN, ALL)],
        "axes": [("P onset", -200, 2, 86, 5), ("P end", -160, 2, 74, 6)],
        "hidden": (48, 48),
        "epochs": 22,
        "presence": True,
    },
    "QRS": {
        "windows": [(source, FINE, -42, 1, 98) for source in (LEAD, MEDIAN, ALL)],
        "axes": [("QRS onset", -80, 1, 96, 3), ("QRS end", 0, 1, 96, 5)],
        "hidden": (96, 64),
        "epochs": 55,
        "presence": False,
    },
    "T": {
        "windows": [(source, COARSE, 0, 4, 43) for source in (LEAD, MEDIAN, ALL)],
        "axes": [("T peak", 40, 4, 60, 10), ("T end", 72, 4, 62, 15)],
        "hidden": (48, 48),
        "epochs": 22,
        "presence": True,
    },
}
# Codes are eighths of an octave; networks learn on a quarter of octaves.
CODE_SCALE = 1 / 32
OUTPUT_GROUP = 4
BATCH = 192
# Examples are shown up to so many slots off the middle, in gains up to so many eighths of an octave, and with noise.
SHIFT_SLOTS = 10
GAIN_EIGHTHS = 3
NOISE_EIGHTHS = 1.5
MAXIMUM_LEARNING_RATE = 6e-3
WEIGHT_DECAY = 0.02
AVERAGE_DECAY = 0.995
# Hardly any T of LUDB is flat and few records have no P: such examples are made by flattening what is there.
FLATTENED = 0.1
# Slots between QRS and what is flattened, and the middle of a QRS whose end was not drawn to its end.
FLAT_AFTER_QRS_SLOTS = 5
NARROW_QRS_SAMPLES = 24
# A drawn mark stands for moments about it, by a bell as wide as half its tolerance; beside that counts the likelihood
# that the network leaves outside the tolerance, which a mark drawn wrongly cannot drive far.
BELL = 0.5
OUTSIDE_WEIGHT = 8
PADDING = SHIFT_SLOTS + 4


def outputs_of(network):
    used = sum(axis[3] for axis in network["axes"]) + 1
    return used, -(-used // OUTPUT_GROUP) * OUTPUT_GROUP


class Examples:
    """codes: int8 [example][source][scale][slot]; marks: [example][mark] from the middle of the QRS, or NOT_DRAWN;
    may: bool [example][wave P, T], whether its absence says anything."""

    def __init__(self, network, codes, marks, may):
        padded = np.pad(codes, ((0, 0), (0, 0), (0, 0), (PADDING, PADDING)), mode="edge")
        self.codes = torch.from_numpy(padded).flatten(1)
        width = SLOTS + 2 * PADDING
        at = [
            (source * 2 + scale) * width + PADDING + BEFORE + first + step * i
            for source, scale, first, step, count in network["windows"]
            for i in range(count)
        ]
        self.at = torch.tensor(at)
        self.has_sign = torch.tensor([source != ALL for source, *_, count in network["windows"] for _ in range(count)])
        columns = [MARKS.index(axis[0]) for axis in network["axes"]]
        self.marks = torch.from_numpy(marks[:, columns].astype(np.float32))
        self.drawn = self.marks > NOT_DRAWN / 2
        before = network["axes"][0][0].startswith("P")
        self.judged = self.drawn[:, 0] | torch.from_numpy(may[:, 0 if before else 1])
        edge = marks[:, MARKS.index("QRS onset" if before else "QRS end")]
        narrow = -NARROW_QRS_SAMPLES if before else NARROW_QRS_SAMPLES
        self.edge = torch.from_numpy(np.where(edge == NOT_DRAWN, narrow, edge) // 2)
        self.before = before
        self.slot = torch.tensor([first + step * i for _, _, first, step, count in network["windows"] for i in range(count)])

    def beyond_qrs(self, rows, shift):
        """Which inputs lie on the wave's side of the QRS: bool [row][input]."""
        away = self.slot + shift[:, None] - self.edge[rows][:, None]
        return away < -FLAT_AFTER_QRS_SLOTS if self.before else away > FLAT_AFTER_QRS_SLOTS

    def inputs(self, rows, shift):
        return self.codes[rows[:, None], self.at[None] + shift[:, None]].float() * CODE_SCALE


def make(network):
    inputs = sum(window[4] for window in network["windows"])
    first, second = network["hidden"]
    return nn.Sequential(
        nn.Linear(inputs, first), nn.ReLU(), nn.Linear(first, second), nn.ReLU(), nn.Linear(second, outputs_of(network)[0])
    )


def loss_of(network, output, marks, drawn, present, judged):
    total, begin = 0, 0
    for column, (_, first, step, count, tolerance) in enumerate(network["axes"]):
        moments = first + step * torch.arange(count)
        mark = marks[:, column].clamp(first, first + step * (count - 1))
        bell = torch.exp(-0.5 * ((moments - mark[:, None]) / max(BELL * tolerance, 0.75 * step)) ** 2)
        logs = functional.log_softmax(output[:, begin : begin + count], 1)
        surprise = -(bell / bell.sum(1, keepdim=True) * logs).sum(1)
        inside = (moments - marks[:, column, None]).abs() <= tolerance
        each = (surprise + OUTSIDE_WEIGHT * (1 - (logs.exp() * inside).sum(1))) * drawn[:, column]
        total = total + each.sum() / drawn[:, column].sum().clamp(min=1)
        begin += count
    if network["presence"]:
        each = functional.binary_cross_entropy_with_logits(output[:, -1], present, reduction="none")
        total = total + (each * judged).mean()
    return total


def augmented(inputs, has_sign, random):
    rows = len(inputs)
    sign = torch.from_numpy(random.choice([-1.0, 1.0], (rows, 1))).float()
    inputs = torch.where(has_sign, inputs * sign, inputs)
    gain = torch.from_numpy(random.uniform(-GAIN_EIGHTHS, GAIN_EIGHTHS, (rows, 1))).float() * CODE_SCALE
    louder = inputs + torch.sign(inputs) * gain * (inputs.abs() > GAIN_EIGHTHS * CODE_SCALE)
    return louder + NOISE_EIGHTHS * CODE_SCALE * torch.randn(inputs.shape)


def train(network, examples, rows, share, seed):
    """rows: the examples to learn from; share: of the network's epochs. Returns the moving average of the weights."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    model = make(network)
    # Every drawn mark is there twice, at even and at odd samples.
    steps = int(share * network["epochs"] * len(rows) / 2 / BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, MAXIMUM_LEARNING_RATE, total_steps=steps)
    average = [parameter.detach().clone() for parameter in model.parameters()]
    for step in range(steps):
        batch = torch.from_numpy(random.choice(rows, BATCH))
        shift = torch.from_numpy(random.integers(-SHIFT_SLOTS, SHIFT_SLOTS + 1, BATCH))
        inputs, marks, drawn = examples.inputs(batch, shift), examples.marks[batch] - 2 * shift[:, None], examples.drawn[batch]
        judged = examples.judged[batch]
        if network["presence"]:
            flat = torch.from_numpy(random.random(BATCH) < FLATTENED)
            inputs = inputs.masked_fill(flat[:, None] & examples.beyond_qrs(batch, shift), 0)
            drawn, judged = drawn & ~flat[:, None], judged | flat
        inputs = augmented(inputs, examples.has_sign, random)
        loss = loss_of(network, model(inputs), marks, drawn, drawn[:, 0].float(), judged)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        keep = min(AVERAGE_DECAY, (1 + step) / (10 + step))
        for kept, now in zip(average, model.parameters()):
            kept.mul_(keep).add_(now.detach(), alpha=1 - keep)
    with torch.no_grad():
        for kept, now in zip(average, model.parameters()):
            now.copy_(kept)
    return model


@torch.no_grad()
def to_integers(network, model, examples, rows):
    """Layers as iso_delineate_layer has them: int8 weights of one scale a layer, int32 bias, multiplier and shift.
    Hidden signals reach 127 at the 99.99th percentile of what they are on the rows."""
    signal = examples.inputs(torch.from_numpy(rows), torch.zeros(len(rows), dtype=torch.long))
    scale = CODE_SCALE
    layers = []
    linear = [layer for layer in model if isinstance(layer, nn.Linear)]
    for at, layer in enumerate(linear):
        weights, bias = layer.weight.numpy().astype(np.float64), layer.bias.numpy().astype(np.float64)
        last = at == len(linear) - 1
        if last:
            # Without a presence output the wave is always there.
            if not network["presence"]:
                weights[-1], bias[-1] = 0, 1
            spare = outputs_of(network)[1] - len(bias)
            weights, bias = np.pad(weights, ((0, spare), (0, 0))), np.pad(bias, (0, spare))
            out_scale = np.log(2) / 16
        else:
            signal = functional.relu(layer(signal))
            out_scale = np.quantile(signal.numpy(), 0.9999) / 127
        weight_scale = np.abs(weights).max() / 127
        ratio = scale * weight_scale / out_scale
        shift = 14 - int(np.floor(np.log2(ratio)))
        layers.append(
            {
                "weights": np.rint(weights / weight_scale).astype(np.int8),
                "bias": np.rint(bias / (scale * weight_scale)).astype(np.int32),
                "multiplier": int(round(ratio * 2**shift)),
                "shift": shift,
            }
        )
        scale = out_scale
    return layers
