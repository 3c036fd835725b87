"""Networks that are trained on the labels, and what they say of varied and mixed records: the lessons of the family."""

import hashlib
import json

import numpy as np
import torch

import augment
import chain
import fit
import metrics
import network as networks
import records

FOLDER = chain.ROOT / "build" / "models"


def key(config):
    """Names what is kept in build/models: another configuration, chain, variation or fit is another file."""
    digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
    for name in ("augment.py", "fit.py"):
        digest.update((chain.ROOT / "models" / name).read_bytes())
    return f"{records.chain_hash()}-{digest.hexdigest()[:12]}"


def targets_of(config):
    """[record][output]: the classes, then the auxiliary ones; the weight of each output; the names of the auxiliary ones."""
    auxiliary, names = records.auxiliary(config["trainFolds"], config["leastAuxiliary"])
    classes = np.concatenate([records.labels(fold, config["labels"]) for fold in config["trainFolds"]])
    target = torch.from_numpy(np.concatenate([classes, auxiliary], axis=1))
    weights = torch.ones(target.shape[1])
    weights[len(records.CLASSES) :] = config["auxiliaryWeight"]
    return target, weights, names


def train_teacher(index, ecg, target, weights, choice, config, log):
    """choice: windows and labels of the choice fold, looked at and not chosen by."""
    seed = config["seed"] + index
    networks.seed(seed)
    generator = torch.Generator().manual_seed(seed)
    network = networks.EcgNetwork(networks.TEACHERS[index], target.shape[1], config["dropout"])
    steps = len(ecg) // config["batch"]

    def batches(_epoch):
        order = torch.randperm(len(ecg), generator=generator)[: steps * config["batch"]]
        for part in order.split(config["batch"]):
            varied = augment.augment(ecg[part], generator)
            yield augment.mix(varied, target[part], config["mixUp"], generator)

    def say(epoch, loss, seconds, average):
        entry = {"epoch": epoch + 1, "loss": round(loss, 5), "seconds": round(seconds, 1)}
        log["epochs"].append(entry)
        print(f"teacher {index}", json.dumps(entry), flush=True)

    average = fit.fit(network, config["teacherEpochs"], steps, batches, weights, config, say)
    answer = fit.scores(average, choice[0]).numpy()[:, : len(records.CLASSES)]
    log["choiceFoldAuc"] = metrics.rounded(answer, choice[1])
    print(f"teacher {index}", json.dumps(log["choiceFoldAuc"]), flush=True)
    return average


def train_teachers(choice, config, log):
    windows, _ = records.load(config["trainFolds"])
    ecg = fit.millivolt(windows)
    target, weights, log["auxiliary"] = targets_of(config)
    FOLDER.mkdir(parents=True, exist_ok=True)
    log["teachers"] = []
    teachers = []
    for index, shape in enumerate(networks.TEACHERS):
        path = FOLDER / f"teacher-{key({**config, 'index': index, 'layers': shape})}.pt"
        if not path.is_file():
            entry = {"layers": shape, "epochs": []}
            teacher = train_teacher(index, ecg, target, weights, choice, config, entry)
            torch.save({"state": teacher.state_dict(), "log": entry}, path)
        kept = torch.load(path)
        teacher = networks.EcgNetwork(shape, target.shape[1], config["dropout"])
        teacher.load_state_dict(kept["state"])
        log["teachers"].append(kept["log"])
        teachers.append(teacher)
    together = sum(torch.sigmoid(fit.scores(teacher, choice[0])) for teacher in teachers) / len(teachers)
    log["teachersTogetherChoiceFoldAuc"] = metrics.rounded(together.numpy()[:, : len(records.CLASSES)], choice[1])
    print("teachers together", json.dumps(log["teachersTogetherChoiceFoldAuc"]), flush=True)
    return teachers


def lessons(teachers, config):
    """
    Varied and mixed records with what the teachers say of them together, partly pulled to the labels: (ecg float16
    [passes · records][8][1000] as a file in memory, target float32, weights). Made once, read by every member of the family.
    """
    target, weights, _ = targets_of(config)
    name = key({**config, "teachers": networks.TEACHERS})
    path, answers = FOLDER / f"lessons-{name}.npy", FOLDER / f"lessons-{name}-targets.npy"
    if not answers.is_file():
        windows, _ = records.load(config["trainFolds"])
        ecg = fit.millivolt(windows)
        count = len(ecg) * config["passes"]
        kept = np.lib.format.open_memmap(
            path, mode="w+", dtype=np.float16, shape=(count, len(chain.INDEPENDENT), chain.WINDOW_SAMPLES)
        )
        said = np.zeros((count, target.shape[1]), dtype=np.float32)
        networks.seed(config["seed"])
        generator = torch.Generator().manual_seed(config["seed"] + 1000)
        at = 0
        for number in range(config["passes"]):
            for part in torch.randperm(len(ecg), generator=generator).split(config["batch"]):
                varied = augment.augment(ecg[part], generator)
                mixed, wanted = augment.mix(varied, target[part], config["mixUp"], generator)
                answer = sum(torch.sigmoid(fit.scores(teacher, mixed)) for teacher in teachers) / len(teachers)
                kept[at : at + len(part)] = mixed[:, chain.INDEPENDENT].numpy()
                share = config["teachersShare"]
                said[at : at + len(part)] = (share * answer + (1 - share) * wanted).numpy()
                at += len(part)
            print(f"lessons {number + 1}/{config['passes']}", flush=True)
        kept.flush()
        np.save(answers, said)
    return np.load(path, mmap_mode="r"), torch.from_numpy(np.load(answers)), weights
