"""The family of networks: plain stacks of strided convolutions, made to be compiled to integers with their gradient."""

import torch
from torch import nn

# (channels, kernel, stride) of each convolution. 12 leads x 1000 samples in; each stride divides the time axis. The first one's
# stride of four and channels that double as time halves keep every gradient, two bytes a value, as small as that of the input.
FAMILY = {
    "tiny": [(16, 15, 8), (32, 5, 2), (64, 3, 2)],
    "default": [(32, 15, 4), (60, 5, 2), (88, 5, 2), (120, 3, 2)],
    "large": [(64, 15, 4), (96, 5, 2), (160, 5, 2), (256, 5, 2)],
}

# What teaches them: alike in size, different in shape and seed, so that their errors differ.
TEACHERS = [
    [(32, 7, 2), (48, 5, 2), (64, 5, 2), (64, 5, 2), (64, 5, 1), (96, 3, 2)],
    [(32, 15, 4), (64, 5, 2), (96, 5, 2), (96, 3, 1)],
    [(40, 25, 4), (80, 7, 2), (96, 5, 2), (96, 3, 2)],
    [(32, 7, 2), (48, 5, 2), (64, 5, 2), (64, 5, 2), (64, 5, 1), (96, 3, 2)],
    [(32, 15, 4), (64, 5, 2), (96, 5, 2), (96, 3, 1)],
]


class EcgNetwork(nn.Module):
    """[batch, 12, 1000] millivolt in, [batch, outputs] logits out. Only Conv, BatchNorm, ReLU, mean over time, Linear."""

    def __init__(self, shape, outputs, dropout):
        super().__init__()
        layers = []
        channels = 12
        for out_channels, kernel, stride in shape:
            layers += [
                nn.Conv1d(channels, out_channels, kernel, stride, padding=kernel // 2, bias=False),
                nn.BatchNorm1d(out_channels),
                nn.ReLU(),
            ]
            channels = out_channels
        self.features = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(channels, outputs)

    def forward(self, ecg):
        return self.classifier(self.dropout(self.features(ecg).mean(dim=2)))


def keep_outputs(network, columns):
    """Leaves these outputs of the classifier, in this order."""
    classifier = nn.Linear(network.classifier.in_features, len(columns))
    with torch.no_grad():
        classifier.weight.copy_(network.classifier.weight[columns])
        classifier.bias.copy_(network.classifier.bias[columns])
    network.classifier = classifier


def count_parameters(network):
    return sum(parameter.numel() for parameter in network.parameters())


def count_macs(network, length=1000):
    macs = 0
    for layer in network.features:
        if isinstance(layer, nn.Conv1d):
            length = (length + 2 * layer.padding[0] - layer.kernel_size[0]) // layer.stride[0] + 1
            macs += layer.weight.numel() * length
    return macs + network.classifier.weight.numel()


def seed(value):
    """One thread: with another number of them sums are rounded otherwise, and the weights differ."""
    torch.manual_seed(value)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
