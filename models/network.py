"""The default network: a plain stack of strided convolutions, made to be compiled to integers with its gradient."""

import torch
from torch import nn

# (channels, kernel, stride). 12 leads x 1000 samples in; each stride-2 layer halves the time axis.
LAYERS = [(32, 7, 2), (48, 5, 2), (64, 5, 2), (64, 5, 2), (64, 5, 1), (96, 3, 2)]


class EcgNetwork(nn.Module):
    """[batch, 12, 1000] millivolt in, [batch, classes] logits out. Only Conv, BatchNorm, ReLU, mean over time, Linear."""

    def __init__(self, classes, dropout):
        super().__init__()
        layers = []
        channels = 12
        for out_channels, kernel, stride in LAYERS:
            layers += [
                nn.Conv1d(channels, out_channels, kernel, stride, padding=kernel // 2, bias=False),
                nn.BatchNorm1d(out_channels),
                nn.ReLU(),
            ]
            channels = out_channels
        self.features = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, ecg):
        return self.classifier(self.dropout(self.features(ecg).mean(dim=2)))


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
    torch.manual_seed(value)
    torch.set_num_threads(2)
    torch.use_deterministic_algorithms(True)
