"""One training: AdamW, one-cycle learning rate, moving average of the weights. What a batch is, is the caller's."""

import copy
import time

import torch


# Of every training of the default network, the paper's comparison included.
RECIPE = {
    "seed": 20240229,
    "trainFolds": [1, 2, 3, 4, 5, 6, 7, 8],
    "labels": "sup",
    "batch": 64,
    "maximumLearningRate": 4e-3,
    "weightDecay": 0.1,
    "dropout": 0.3,
    "mixUp": 1.0,
    "averageDecay": 0.995,
}


def millivolt(windows):
    return torch.from_numpy(windows.astype("float32") / 1000)


@torch.no_grad()
def scores(network, ecg):
    network.eval()
    return torch.cat([network(part) for part in ecg.split(128)])


def follow(average, network, decay):
    """Moving average of the weights and of the BatchNorm statistics."""
    with torch.no_grad():
        for kept, now in zip(average.state_dict().values(), network.state_dict().values()):
            if kept.dtype.is_floating_point:
                kept.mul_(decay).add_(now, alpha=1 - decay)
            else:
                kept.copy_(now)


def weighted_loss(logits, target, weights):
    """Binary cross-entropy, mean over records and sum over outputs, each with its weight."""
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return (loss * weights).sum(dim=1).mean() / weights.sum()


def fit(network, epochs, steps, batches, weights, config, say):
    """
    batches(epoch): iterable of `steps` pairs (ecg, target). Returns the moving average after the last epoch: no epoch is chosen, so
    no fold is used up by choosing one. say(epoch, loss, seconds, average) after each.
    """
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=config["weightDecay"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config["maximumLearningRate"], total_steps=epochs * steps, pct_start=0.25
    )
    done = 0
    for epoch in range(epochs):
        started = time.monotonic()
        network.train()
        total = 0.0
        for ecg, target in batches(epoch):
            loss = weighted_loss(network(ecg), target, weights)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            # A young average must forget the random start quickly.
            done += 1
            follow(average, network, min(config["averageDecay"], done / (done + 10)))
            total += loss.item()
        say(epoch, total / steps, time.monotonic() - started, average)
    return average
