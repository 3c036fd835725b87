"""Writes small copies of published ECG architectures, with random weights, as ONNX files for the compiler's tests.

Run from the repository root with torch 1.13: python3 codegen/testing/export_torch_models.py
The architectures are those of the PTB-XL benchmark (Strodthoff et al., IEEE JBHI 2021: fcn_wang, resnet1d_wang,
xresnet1d, inception1d) and of Ribeiro et al. (Nature Communications 2020), built anew here at a few channels: layer
kinds, kernel sizes, strides, shortcuts and heads are theirs, widths and depths are not.
"""

import os

import torch
from torch import nn

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models")
LEADS = 12
CLASSES = 5


def conv(inputs, outputs, kernel, stride=1, bias=False):
    return nn.Conv1d(inputs, outputs, kernel, stride, (kernel - 1) // 2, bias=bias)


def conv_bn(inputs, outputs, kernel, stride=1, act=True):
    layers = [conv(inputs, outputs, kernel, stride), nn.BatchNorm1d(outputs)]
    return nn.Sequential(*layers, *([nn.ReLU()] if act else []))


class ConcatPool(nn.Module):
    """AdaptiveConcatPool1d: maximum and mean side by side."""

    def __init__(self):
        super().__init__()
        self.mean, self.most = nn.AdaptiveAvgPool1d(1), nn.AdaptiveMaxPool1d(1)

    def forward(self, x):
        return torch.cat([self.most(x), self.mean(x)], 1)


def head(channels, hidden=()):
    """create_head1d: concat pooling, then batch normalisation, dropout and dense layers."""
    layers = [ConcatPool(), nn.Flatten()]
    width = 2 * channels
    for size in hidden:
        layers += [nn.BatchNorm1d(width), nn.Dropout(0.25), nn.Linear(width, size), nn.ReLU()]
        width = size
    return nn.Sequential(*layers, nn.BatchNorm1d(width), nn.Dropout(0.5), nn.Linear(width, CLASSES))


def fcn_wang():
    return nn.Sequential(conv_bn(LEADS, 12, 8), conv_bn(12, 16, 5), conv_bn(16, 12, 3), head(12, (10,)))


class WangBlock(nn.Module):
    """BasicBlock1d of resnet1d_wang: kernels 5 and 3."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(conv_bn(inputs, outputs, 5, stride), conv_bn(outputs, outputs, 3, act=False))
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else conv_bn(inputs, outputs, 1, stride, act=False)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.body(x) + self.shortcut(x))


def resnet1d_wang():
    stem = [conv_bn(LEADS, 8, 7)]
    blocks = [WangBlock(8, 8, 1), WangBlock(8, 10, 2), WangBlock(10, 12, 2)]
    return nn.Sequential(*stem, *blocks, head(12))


class XBlock(nn.Module):
    """ResBlock of xresnet1d: bottleneck, average pooling before the shortcut's convolution."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        narrow = outputs // 4
        self.body = nn.Sequential(
            conv_bn(inputs, narrow, 1), conv_bn(narrow, narrow, 5, stride), conv_bn(narrow, outputs, 1, act=False)
        )
        path = [] if stride == 1 else [nn.AvgPool1d(stride, ceil_mode=True)]
        if inputs != outputs:
            path += [conv_bn(inputs, outputs, 1, act=False)]
        self.shortcut = nn.Sequential(*path)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.body(x) + self.shortcut(x))


def xresnet1d():
    stem = [conv_bn(LEADS, 8, 5, 2), conv_bn(8, 8, 5), conv_bn(8, 12, 5)]
    pool = [nn.MaxPool1d(3, 2, 1)]
    blocks = [XBlock(12, 16, 1), XBlock(16, 16, 1), XBlock(16, 24, 2), XBlock(24, 24, 2)]
    return nn.Sequential(*stem, *pool, *blocks, head(24))


class InceptionBlock(nn.Module):
    """InceptionBlock1d: a bottleneck, three kernels on it, a max pooling beside it, one normalisation for all."""

    def __init__(self, inputs, filters, kernels=(19, 9, 5), bottleneck=6):
        super().__init__()
        self.bottleneck = conv(inputs, bottleneck, 1)
        self.branches = nn.ModuleList([conv(bottleneck, filters, kernel) for kernel in kernels])
        self.pooled = nn.Sequential(nn.MaxPool1d(3, 1, 1), conv(inputs, filters, 1))
        self.norm = nn.Sequential(nn.BatchNorm1d(4 * filters), nn.ReLU())

    def forward(self, x):
        narrow = self.bottleneck(x)
        return self.norm(torch.cat([branch(narrow) for branch in self.branches] + [self.pooled(x)], 1))


class Inception(nn.Module):
    """InceptionBackbone's first three blocks and the shortcut over them."""

    def __init__(self, filters=3):
        super().__init__()
        width = 4 * filters
        self.blocks = nn.ModuleList([InceptionBlock(LEADS if i == 0 else width, filters) for i in range(3)])
        self.shortcut = conv_bn(LEADS, width, 1, act=False)
        self.act = nn.ReLU()

    def forward(self, x):
        kept = x
        for block in self.blocks:
            x = block(x)
        return self.act(x + self.shortcut(kept))


def inception1d():
    return nn.Sequential(Inception(), head(12))


class RibeiroBlock(nn.Module):
    """ResBlock1d: convolution, normalisation, convolution; the shortcut is pooled; the sum goes on unnormalised too."""

    def __init__(self, inputs, outputs, stride, kernel=17):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, outputs, kernel), nn.BatchNorm1d(outputs)
        self.conv2 = conv(outputs, outputs, kernel, stride)
        self.bn2 = nn.BatchNorm1d(outputs)
        self.pool = nn.MaxPool1d(stride, stride) if stride > 1 else nn.Identity()
        self.match = nn.Conv1d(inputs, outputs, 1, bias=False) if inputs != outputs else nn.Identity()
        self.act, self.dropout = nn.ReLU(), nn.Dropout(0.2)

    def forward(self, x, y):
        y = self.match(self.pool(y))
        x = self.dropout(self.act(self.bn1(self.conv1(x))))
        y = self.conv2(x) + y
        return self.dropout(self.act(self.bn2(y))), y


class Ribeiro(nn.Module):
    def __init__(self, samples):
        super().__init__()
        self.stem = conv_bn(LEADS, 6, 17, 2)
        self.blocks = nn.ModuleList([RibeiroBlock(6, 8, 4), RibeiroBlock(8, 10, 4)])
        self.dense = nn.Linear(10 * (samples // 32), CLASSES)

    def forward(self, x):
        x = self.stem(x)
        y = x
        for block in self.blocks:
            x, y = block(x, y)
        return self.dense(x.view(x.size(0), -1))


class SeBlock(nn.Module):
    """Basic block whose channels are weighted by a gate (Hu et al., "Squeeze-and-Excitation Networks", 2018)."""

    def __init__(self, inputs, outputs, stride, kernel=7, reduction=4):
        super().__init__()
        self.body = nn.Sequential(conv_bn(inputs, outputs, kernel, stride), conv_bn(outputs, outputs, kernel, act=False))
        narrow = outputs // reduction
        self.squeeze = nn.AdaptiveAvgPool1d(1)
        self.excite = nn.Sequential(nn.Linear(outputs, narrow), nn.ReLU(), nn.Linear(narrow, outputs), nn.Sigmoid())
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else conv_bn(inputs, outputs, 1, stride, act=False)
        self.act = nn.ReLU()

    def forward(self, x):
        y = self.body(x)
        batch, channels, _ = y.size()
        gate = self.excite(self.squeeze(y).view(batch, channels)).view(batch, channels, 1)
        return self.act(y * gate.expand_as(y) + self.shortcut(x))


def se_resnet():
    stem = [conv_bn(LEADS, 8, 15, 2), nn.MaxPool1d(3, 2, 1)]
    blocks = [SeBlock(8, 8, 1), SeBlock(8, 12, 2), SeBlock(12, 16, 2)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(16, CLASSES))


class Reordering(nn.Module):
    """What exporters leave behind where shapes are computed, and values that change channels."""

    def __init__(self):
        super().__init__()
        self.stem, self.up = conv_bn(LEADS, 8, 5, 2), nn.ConvTranspose1d(8, 6, 4, 2, 1)
        self.mix, self.dense = conv_bn(8, 6, 3), nn.Linear(6, CLASSES)

    def forward(self, x):
        x = torch.relu(self.up(self.stem(x)))
        batch, channels, length = x.size()
        x = x.view(batch, 2, channels // 2, length).transpose(1, 2).reshape(batch, channels, length)
        x = nn.functional.pad(x, (2, 1)).permute(0, 2, 1)[:, 1:, :].transpose(1, 2)
        left, right = x.chunk(2, 1)
        return self.dense(self.mix(torch.cat([left, right, left[:, :2]], 1)).mean(2))


def randomise(model):
    """Statistics as after training: without them every normalisation is almost the identity."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d):
            nn.init.uniform_(module.weight, 0.6, 1.4)
            nn.init.normal_(module.bias, 0, 0.2)
    model.train()
    with torch.no_grad():
        for _ in range(20):
            model(torch.rand(16, LEADS, SAMPLES) * 2 - 1)


SAMPLES = 128
MODELS = {
    "fcn_wang": fcn_wang,
    "resnet1d_wang": resnet1d_wang,
    "xresnet1d": xresnet1d,
    "inception1d": inception1d,
    "ribeiro": lambda: Ribeiro(SAMPLES),
    "reordering": Reordering,
    "se_resnet": se_resnet,
}

if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    for seed, (name, make) in enumerate(MODELS.items()):
        torch.manual_seed(seed)
        model = make()
        randomise(model)
        path = os.path.join(FOLDER, name + ".onnx")
        torch.onnx.export(
            model.eval(),
            torch.zeros(1, LEADS, SAMPLES),
            path,
            opset_version=13,
            input_names=["ecg"],
            output_names=["logits"],
            dynamic_axes={"ecg": {0: "batch"}, "logits": {0: "batch"}},
            # Batch normalisation stays a node of its own: folding it is the compiler's work.
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=name != "reordering",
        )
        print(f"{name}: {os.path.getsize(path)} bytes")
