"""Trains the family of networks on PTB-XL folds 1 to 8 and writes ONNX and a log of each. See README.md."""

import argparse
import copy
import json
import pathlib

import numpy as np
import onnx
import torch

import augment
import export_onnx
import fit
import metrics
import network as networks
import platt
import records
import teachers

CONFIG = {
    **fit.RECIPE,
    "choiceFold": 9,
    # A statement that fewer training records have teaches nothing.
    "leastAuxiliary": 20,
    "auxiliaryWeight": 0.3,
    "teacherEpochs": 40,
}
# Of the students; the teachers do not change with it.
STUDENTS = {"epochs": 60, "dropout": 0.1}
LESSONS = {"passes": 40, "teachersShare": 0.8}
# Outputs of `detail` beside the classes: walls of infarcts and conduction, of which there are records enough to measure them by.
FURTHER = ["ASMI", "IMI", "LAFB", "IRBBB", "CLBBB", "CRBBB", "IVCD", "1AVB"]


def train_student(name, lessons, choice, config, log):
    ecg, target, weights = lessons
    networks.seed(config["seed"])
    generator = torch.Generator().manual_seed(config["seed"])
    network = networks.EcgNetwork(networks.FAMILY[name], target.shape[1], STUDENTS["dropout"])
    # An epoch is as many lessons as there are records.
    steps = len(ecg) // LESSONS["passes"] // config["batch"]
    order = torch.zeros(0, dtype=torch.int64)

    def batches(_epoch):
        nonlocal order
        for _ in range(steps):
            if len(order) < config["batch"]:
                order = torch.randperm(len(ecg), generator=generator)
            part, order = order[: config["batch"]], order[config["batch"] :]
            yield augment.twelve_leads(torch.from_numpy(ecg[part.numpy()].astype(np.float32))), target[part]

    def say(epoch, loss, seconds, average):
        entry = {"epoch": epoch + 1, "loss": round(loss, 5), "seconds": round(seconds, 1)}
        if (epoch + 1) % 10 == 0:
            answer = fit.scores(average, choice[0]).numpy()[:, : len(records.CLASSES)]
            entry["choiceMacroAuc"] = metrics.rounded(answer, choice[1])["sup"]["macro"]
        log["epochs"].append(entry)
        print(name, json.dumps(entry), flush=True)

    return fit.fit(network, STUDENTS["epochs"], steps, batches, weights, config, say)


def finish(name, network, classes, columns, choice, log, out):
    """Leaves the outputs `classes`, which are `columns` of the network's, calibrates them, writes ONNX and log. choice: ecg, truth, labels."""
    ecg, truth, labels = choice
    networks.keep_outputs(network, columns)
    answer = fit.scores(network, ecg).numpy()
    log["choiceFoldAuc"] = metrics.rounded(answer[:, : len(records.CLASSES)], labels)
    further = classes[len(records.CLASSES) :]
    if further:
        areas = metrics.per_class(answer, truth, classes)
        log["furtherOutputsChoiceFoldAuc"] = {code: round(areas[code], 4) for code in further}
    log["platt"] = platt.calibrate(network, answer, truth)
    log["parameters"] = networks.count_parameters(network)
    log["multiplyAccumulates"] = networks.count_macs(network)
    thresholds = platt.operating_points(fit.scores(network, ecg).numpy(), truth)
    log["operatingPoints"] = dict(zip(classes, thresholds))
    out.mkdir(parents=True, exist_ok=True)
    export_onnx.export(network, out / f"{name}.onnx", name, classes, thresholds)
    (out / "training-log.json").write_text(json.dumps(log, indent=1) + "\n")
    print(name, json.dumps(log["choiceFoldAuc"]), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--only", choices=networks.FAMILY, help="one member of the family")
    arguments = parser.parse_args()
    choice_windows, choice_labels = records.load([CONFIG["choiceFold"]])
    choice = (fit.millivolt(choice_windows), choice_labels)
    shared = {
        "config": {**CONFIG, "lessons": LESSONS, "students": STUDENTS},
        "versions": {"torch": torch.__version__, "onnx": onnx.__version__, "numpy": np.__version__},
    }
    trained = teachers.train_teachers(choice, CONFIG, shared)
    lessons = teachers.lessons(trained, {**CONFIG, **LESSONS})
    for name in [arguments.only] if arguments.only else networks.FAMILY:
        log = {**shared, "layers": networks.FAMILY[name], "epochs": []}
        network = train_student(name, lessons, choice, CONFIG, log)
        written = {name: []} if name != "default" else {"default": [], "detail": FURTHER}
        for member, further in written.items():
            columns = [*range(len(records.CLASSES)), *(len(records.CLASSES) + shared["auxiliary"].index(code) for code in further)]
            truth = np.concatenate([choice_labels["sup"], records.has_statements([CONFIG["choiceFold"]], further)], axis=1)
            finish(
                member,
                copy.deepcopy(network),
                [*records.CLASSES, *further],
                columns,
                (choice[0], truth, choice_labels),
                dict(log),
                arguments.out / member,
            )


if __name__ == "__main__":
    main()
