"""Writes the trained network by torch's exporter, with the metadata that the compiler reads."""

import onnx
import torch

import records


def export(network, path, name, classes, thresholds):
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
            "isochrone.classes": ",".join(classes),
            "isochrone.sample_rate_hz": "100",
            "isochrone.leads": ",".join(records.LEADS),
            # Probability of each class from which it is called, and what makes the sigmoid of a logit a probability.
            "isochrone.operating_points": ",".join(f"{value:.3f}" for value in thresholds),
            "isochrone.calibration": "Platt scaling, in the weights of the last layer",
            "isochrone.name": name,
        },
    )
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
