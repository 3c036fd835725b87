"""Writes small recurrent and attention networks, with seeded random weights, through torch's own ONNX exporter.

The architectures are those of the PTB-XL benchmark (Strodthoff et al. 2021: lstm, lstm_bidir) and a plain 1-D
transformer encoder, narrowed so that each file stays small. Needs Debian's python3-torch (1.13). From the repository
root: /usr/bin/python3 codegen/testing/export_torch_sequences.py
"""

import pathlib

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent / "models"
LEADS = 12
CLASSES = 5


class RecurrentNet(nn.Module):
    """Two recurrent layers, then mean, maximum and last state side by side, as the benchmark's RNN1d."""

    def __init__(self, cell: type, hidden: int, bidirectional: bool):
        super().__init__()
        self.rnn = cell(LEADS, hidden, num_layers=2, bidirectional=bidirectional)
        self.hidden = hidden
        self.bidirectional = bidirectional
        width = 3 * hidden * (2 if bidirectional else 1)
        self.norm = nn.BatchNorm1d(width)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, ecg: torch.Tensor) -> torch.Tensor:
        sequence = self.rnn(ecg.transpose(1, 2).transpose(0, 1))[0]
        x = sequence.transpose(0, 1).transpose(1, 2)
        mean = nn.functional.adaptive_avg_pool1d(x, 1).squeeze(-1)
        largest = nn.functional.adaptive_max_pool1d(x, 1).squeeze(-1)
        if self.bidirectional:
            last = torch.cat([x[:, : self.hidden, -1], x[:, self.hidden :, 0]], 1)
        else:
            last = x[:, :, -1]
        return self.head(self.norm(torch.cat([mean, largest, last], 1)))


class LastState(nn.Module):
    """A recurrent layer whose last hidden state is the answer's input."""

    def __init__(self, cell: type, hidden: int, bidirectional: bool):
        super().__init__()
        self.rnn = cell(LEADS, hidden, batch_first=True, bidirectional=bidirectional)
        self.head = nn.Linear(hidden * (2 if bidirectional else 1), CLASSES)

    def forward(self, ecg: torch.Tensor) -> torch.Tensor:
        state = self.rnn(ecg.transpose(1, 2))[1]
        last = state[0] if isinstance(state, tuple) else state
        return self.head(last.transpose(0, 1).flatten(1))


class Transformer(nn.Module):
    """Patches by a strided convolution, positions added, encoder layers, mean over time."""

    def __init__(self, width: int, heads: int, layers: int, samples: int, activation: str):
        super().__init__()
        self.patches = nn.Conv1d(LEADS, width, 5, stride=5)
        self.positions = nn.Parameter(0.3 * torch.randn(1, samples // 5, width))
        layer = nn.TransformerEncoderLayer(
            width, heads, dim_feedforward=2 * width, activation=activation, batch_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, layers)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, ecg: torch.Tensor) -> torch.Tensor:
        x = self.patches(ecg).transpose(1, 2) + self.positions
        return self.head(self.encoder(x).mean(dim=1))


def randomise(model: nn.Module) -> nn.Module:
    """Weights and statistics away from their initial symmetry, so that a wrong order of anything shows."""
    for name, parameter in model.named_parameters():
        if parameter.dim() == 1:
            nn.init.normal_(parameter, mean=1.0 if "norm" in name and "weight" in name else 0.0, std=0.3)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.running_mean.normal_(std=0.2)
            module.running_var.uniform_(0.5, 1.5)
    return model


def export(name: str, model: nn.Module, samples: int) -> None:
    model.eval()
    # The encoder's fused inference path has no ONNX form; with gradients on, torch takes the plain one.
    torch.onnx.export(
        randomise(model),
        torch.randn(1, LEADS, samples),
        str(FOLDER / f"{name}.onnx"),
        opset_version=13,
        input_names=["ecg"],
        output_names=["logits"],
    )


def main() -> None:
    torch.manual_seed(20)
    export("lstm", RecurrentNet(nn.LSTM, 12, False), 50)
    export("lstm_bidir", RecurrentNet(nn.LSTM, 10, True), 40)
    export("gru_bidir", RecurrentNet(nn.GRU, 10, True), 40)
    export("lstm_last_state", LastState(nn.LSTM, 9, True), 33)
    export("gru_last_state", LastState(nn.GRU, 9, False), 33)
    export("transformer", Transformer(16, 2, 2, 100, "relu"), 100)
    export("transformer_gelu", Transformer(12, 3, 1, 60, "gelu"), 60)


if __name__ == "__main__":
    main()
