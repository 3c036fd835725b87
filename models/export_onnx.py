"""Writes the trained network by torch's exporter, with the metadata that the compiler reads."""

import onnx
import torch

import records


def export(network, path, name):
    network.eval()
    torch.onnx.export(
        network,
        torch.zeros(1, len(records.LEADS), 1000),
        str(path),
        opset_version=13,
        input_names=["ecg"],
        output_names=["logits"],
        # BatchNorm is left as trained: folding it is the compiler's work.
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
    )
    model = onnx.load(str(path))
    onnx.helper.set_model_props(
        model,
        {
            "isochrone.classes": ",".join(records.CLASSES),
            "isochrone.sample_rate_hz": "100",
            "isochrone.leads": ",".join(records.LEADS),
            "isochrone.name": name,
        },
    )
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
