"""Trains the networks that the evaluation of explanations explains or compares with, on simulated beats. See README.md.

    python3 models/place/train.py BEATS [--seeds 3] [--epochs 14] [--only coarse]

BEATS.i16, BEATS.path.i16 and BEATS.json are what `isochrone synthesize-beats --out BEATS` writes. One thread; minutes.
"""

import argparse
import json
import pathlib
import time

import numpy as np
import onnx
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent
KINDS = ["normal", "scar", "ischaemia", "ectopic"]
# Regions that each kind of lesion is told apart in: the left ventricle's 17, or those and the right one's four.
REGIONS = {"scar": 17, "ischaemia": 17, "ectopic": 21}
PLACES = [f"{kind} {region + 1}" for kind, count in REGIONS.items() for region in range(count)]

# (channels, kernel, stride). Beats are aligned at R, so the features are not averaged over time.
LAYERS = [(16, 7, 1), (24, 5, 2), (32, 5, 2), (48, 3, 2)]
CONFIG = {
    "batch": 64,
    "maximumLearningRate": 4e-3,
    "weightDecay": 0.02,
    "dropout": 0.2,
    "heldOutHearts": 0.1,
    "gainSpread": 0.1,
    "noiseMillivolt": 0.01,
    # Share of lesions that have another lesion of their kind taken out; see half_healed.
    "halfHealed": 0.5,
    "halfHealedAmplitude": (0.6, 1.2),
    "leastLeft": 0.15,
}


class BeatNetwork(nn.Module):
    """[batch, rows, samples] in, [batch, classes] logits out. Only Conv, BatchNorm, ReLU, Flatten, Linear."""

    def __init__(self, rows, samples, classes):
        super().__init__()
        layers = []
        channels, length = rows, samples
        for out_channels, kernel, stride in LAYERS:
            layers += [
                nn.Conv1d(channels, out_channels, kernel, stride, padding=kernel // 2, bias=False),
                nn.BatchNorm1d(out_channels),
                nn.ReLU(),
            ]
            channels, length = out_channels, (length - 1) // stride + 1
        self.features = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(CONFIG["dropout"]))
        self.classifier = nn.Linear(channels * length, classes)

    def forward(self, beat):
        return self.classifier(self.features(beat))


def twelve_leads(eight):
    """[n, 8, t] I II V1…V6 → [n, 12, t] I II III aVR aVL aVF V1…V6."""
    one, two = eight[:, 0], eight[:, 1]
    limb = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    return np.concatenate([np.stack(limb, axis=1), eight[:, 2:]], axis=1)


def load(path):
    index = json.loads(pathlib.Path(f"{path}.json").read_text())
    shape = (len(index["beats"]), -1, index["samples"])
    eight = np.fromfile(f"{path}.i16", "<i2").reshape(shape).astype(np.float32) / 1000
    # Hundredths of a millimetre; a few centimetres become values near one.
    mm = np.fromfile(f"{path}.path.i16", "<i2").reshape(shape).astype(np.float32) / 100
    return index, twelve_leads(eight), mm / 30


def targets(index):
    kind = np.array([KINDS.index(beat["kind"]) for beat in index["beats"]])
    place = np.zeros((len(kind), len(PLACES)), np.float32)
    for row, beat in enumerate(index["beats"]):
        for segment in beat["segments"]:
            place[row, PLACES.index(f"{beat['kind']} {segment}")] = 1 / len(beat["segments"])
    return np.eye(len(KINDS), dtype=np.float32)[kind], place


def half_healed(beat, kind, x, of_kind, normal, random):
    """Takes another lesion of its kind, by its least-squares amplitude, out of some beats; what is left is no normal beat.

    A network that has seen lesions and normal beats alone answers at random what is neither, and "healing" the wrong place makes
    just that. Which place either lesion has is not asked: pairs that leave next to nothing are left as they were.
    """
    wanted = np.flatnonzero((kind > 0) & (random.random(len(kind)) < CONFIG["halfHealed"]))
    other = np.array([random.choice(of_kind[kind[i]]) for i in wanted], dtype=np.int64)
    change, taken = beat[wanted] - normal, x[torch.from_numpy(other)] - normal
    amplitude = (change * taken).sum((1, 2)) / (taken * taken).sum((1, 2))
    factor = torch.from_numpy(random.uniform(*CONFIG["halfHealedAmplitude"], len(wanted)))
    left = change - (amplitude.clamp(min=0) * factor.float())[:, None, None] * taken
    share = (left * left).sum((1, 2)) / (change * change).sum((1, 2))
    keep = (share > CONFIG["leastLeft"])[:, None, None]
    beat[wanted] = torch.where(keep, normal + left, beat[wanted])


def train(rows, target, weight, held_out, seed, epochs, is_leads, heals):
    """Cross-entropy against soft targets; `weight` 0 leaves a beat out."""
    torch.manual_seed(seed)
    network = BeatNetwork(rows.shape[1], rows.shape[2], target.shape[1])
    use = np.flatnonzero(~held_out & (weight > 0))
    steps = epochs * (len(use) // CONFIG["batch"])
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=CONFIG["weightDecay"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, CONFIG["maximumLearningRate"], total_steps=steps
    )
    x, y = torch.from_numpy(rows), torch.from_numpy(target)
    random = np.random.default_rng(seed)
    kind = target.argmax(axis=1)
    of_kind = [use[kind[use] == k] for k in range(len(KINDS))] if heals else []
    normal = x[torch.from_numpy(of_kind[0])].mean(0) if heals else None
    for epoch in range(epochs):
        network.train()
        order = random.permutation(use)
        for first in range(0, len(use) - CONFIG["batch"] + 1, CONFIG["batch"]):
            pick = torch.from_numpy(order[first : first + CONFIG["batch"]])
            beat = x[pick].clone()
            if heals:
                half_healed(beat, kind[pick.numpy()], x, of_kind, normal, random)
            if is_leads:
                gain = 1 + CONFIG["gainSpread"] * torch.randn(len(pick), 1, 1)
                beat = beat * gain + CONFIG["noiseMillivolt"] * torch.randn_like(beat)
            loss = -(y[pick] * network(beat).log_softmax(dim=1)).sum(dim=1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    network.eval()
    test = torch.from_numpy(np.flatnonzero(held_out & (weight > 0)))
    with torch.no_grad():
        answer = torch.cat([network(part) for part in x[test].split(256)]).argmax(dim=1)
    hit = y[test][torch.arange(len(test)), answer] > 0
    return network, hit.float().mean().item()


def export(network, shape, path, classes):
    torch.onnx.export(
        network,
        torch.zeros(1, *shape),
        str(path),
        opset_version=13,
        input_names=["beat"],
        output_names=["logits"],
    )
    model = onnx.load(str(path))
    onnx.helper.set_model_props(
        model,
        {
            "isochrone.classes": ",".join(classes),
            "isochrone.sample_rate_hz": "100",
            "isochrone.name": path.stem,
        },
    )
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("beats")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--only", default="", help="networks whose name begins so; the log keeps the others")
    parser.add_argument("--out", type=pathlib.Path, default=HERE)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    index, leads, path = load(options.beats)
    kind, place = targets(index)
    hearts = np.array([beat["heart"] for beat in index["beats"]])
    held_out = hearts >= (1 - CONFIG["heldOutHearts"]) * index["hearts"]
    everyone = np.ones(len(kind))
    jobs = [(f"coarse-{seed}", leads, kind, everyone, seed, KINDS) for seed in range(options.seeds)]
    jobs += [(f"cineecg-{seed}", path, kind, everyone, seed, KINDS) for seed in range(options.seeds)]
    jobs += [("place-0", leads, place, place.sum(axis=1), 0, PLACES)]
    log_file = options.out / "training-log.json"
    before = json.loads(log_file.read_text())["networks"] if options.only else []
    jobs = [job for job in jobs if job[0].startswith(options.only)]
    trained = {job[0] for job in jobs}
    log = {
        "config": CONFIG,
        "layers": LAYERS,
        "population": index["population"],
        "hearts": index["hearts"],
        "plan": index["plan"],
        "beats": len(kind),
        "heldOutBeats": int(held_out.sum()),
        "networks": [network for network in before if network["name"] not in trained],
    }
    for name, rows, target, weight, seed, classes in jobs:
        begin = time.time()
        network, accuracy = train(
            rows,
            target,
            weight,
            held_out,
            seed,
            options.epochs,
            is_leads=rows is leads,
            heals=name.startswith("coarse"),
        )
        export(network, rows.shape[1:], options.out / f"{name}.onnx", classes)
        parameters = sum(parameter.numel() for parameter in network.parameters())
        log["networks"].append(
            {
                "name": name,
                "seed": seed,
                "epochs": options.epochs,
                "parameters": parameters,
                "heldOutAccuracy": round(accuracy, 4),
            }
        )
        print(f"{name}: {accuracy:.3f} on hearts held out, {time.time() - begin:.0f} s", flush=True)
    log["networks"].sort(key=lambda network: network["name"])
    log_file.write_text(json.dumps(log, indent=2) + "\n")


if __name__ == "__main__":
    main()
