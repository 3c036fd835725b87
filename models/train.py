"""Trains the default network on PTB-XL folds 1–8, chooses the epoch on fold 9, writes ONNX and a log. See README.md."""

import argparse
import copy
import json
import pathlib
import time

import numpy as np
import onnx
import torch

import augment
import export_onnx
import metrics
import network as networks
import records

CONFIG = {
    "seed": 20240229,
    "trainFolds": [1, 2, 3, 4, 5, 6, 7, 8],
    "choiceFold": 9,
    "labels": "sup",
    "batch": 64,
    "maximumLearningRate": 4e-3,
    "weightDecay": 0.1,
    "dropout": 0.3,
    "mixUp": 1.0,
    "averageDecay": 0.995,
}


def millivolt(windows):
    return torch.from_numpy(windows.astype(np.float32) / 1000)


@torch.no_grad()
def scores(network, ecg):
    network.eval()
    return torch.cat([network(part) for part in ecg.split(128)]).numpy()


def follow(average, network, decay):
    """Moving average of the weights and of the BatchNorm statistics."""
    with torch.no_grad():
        for kept, now in zip(average.state_dict().values(), network.state_dict().values()):
            if kept.dtype.is_floating_point:
                kept.mul_(decay).add_(now, alpha=1 - decay)
            else:
                kept.copy_(now)


def train(epochs, log):
    networks.seed(CONFIG["seed"])
    windows, targets = records.load(CONFIG["trainFolds"])
    choice_windows, choice_targets = records.load([CONFIG["choiceFold"]])
    ecg, target = millivolt(windows), torch.from_numpy(targets[CONFIG["labels"]])
    choice = millivolt(choice_windows)
    steps = len(ecg) // CONFIG["batch"]

    network = networks.EcgNetwork(len(records.CLASSES), CONFIG["dropout"])
    average = networks.EcgNetwork(len(records.CLASSES), CONFIG["dropout"])
    average.load_state_dict(network.state_dict())
    log["parameters"] = networks.count_parameters(network)
    log["multiplyAccumulates"] = networks.count_macs(network)
    print(f"{len(ecg)} records, {log['parameters']} parameters, {log['multiplyAccumulates']} MAC", flush=True)

    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=CONFIG["weightDecay"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, CONFIG["maximumLearningRate"], total_steps=epochs * steps, pct_start=0.25
    )
    loss_of = torch.nn.BCEWithLogitsLoss()
    generator = torch.Generator().manual_seed(CONFIG["seed"])
    done = 0
    best, chosen = 0.0, None
    for epoch in range(epochs):
        started = time.monotonic()
        network.train()
        total = 0.0
        order = torch.randperm(len(ecg), generator=generator)[: steps * CONFIG["batch"]]
        for part in order.split(CONFIG["batch"]):
            batch = augment.augment(ecg[part], generator)
            batch, wanted = augment.mix(batch, target[part], CONFIG["mixUp"], generator)
            loss = loss_of(network(batch), wanted)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            # A young average must forget the random start quickly.
            done += 1
            follow(average, network, min(CONFIG["averageDecay"], done / (done + 10)))
            total += loss.item()
        measured = metrics.per_class(scores(average, choice), choice_targets["sup"], records.CLASSES)
        entry = {
            "epoch": epoch + 1,
            "trainLoss": round(total / steps, 5),
            "choiceMacroAuc": round(measured["macro"], 4),
            "seconds": round(time.monotonic() - started, 1),
        }
        if measured["macro"] > best:
            best, chosen = measured["macro"], copy.deepcopy(average)
            log["chosenEpoch"] = epoch + 1
        log["epochs"].append(entry)
        print(json.dumps(entry), flush=True)
    final = scores(chosen, choice)
    log["choiceFoldAuc"] = {
        rule: {key: round(value, 4) for key, value in metrics.per_class(final, truth, records.CLASSES).items()}
        for rule, truth in choice_targets.items()
    }
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent / "default")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER", help="change one figure of CONFIG")
    arguments = parser.parse_args()
    for change in arguments.set:
        name, value = change.split("=")
        CONFIG[name] = type(CONFIG[name])(float(value))
    log = {
        "config": {**CONFIG, "epochs": arguments.epochs, "layers": networks.LAYERS},
        "versions": {"torch": torch.__version__, "onnx": onnx.__version__, "numpy": np.__version__},
        "epochs": [],
    }
    network = train(arguments.epochs, log)
    arguments.out.mkdir(parents=True, exist_ok=True)
    export_onnx.export(network, arguments.out / "default.onnx", "default")
    (arguments.out / "training-log.json").write_text(json.dumps(log, indent=2) + "\n")
    print(json.dumps(log["choiceFoldAuc"], indent=2))


if __name__ == "__main__":
    main()
