"""Gradients of an ONNX network's logits by torch's autograd: the float truth of `npm run bench -- fidelity`.

    torch_gradients.py MODEL.onnx

Writes one line with torch's version. Then, again and again until its input ends: reads int32 count, count inputs
(float32, the shape of the network's input) and int32 class of each; writes the gradient of that logit with respect to
each input and all logits, float32. An operator that is not in the table below ends the program with its name.
"""

import sys

import numpy
import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional


def attributes_of(node):
    return {item.name: onnx.helper.get_attribute_value(item) for item in node.attribute}


def padded(x, pads, value):
    """ONNX: all beginnings, then all ends. torch: last axis first, begin and end of each."""
    axes = len(pads) // 2
    flat = [pad for axis in reversed(range(axes)) for pad in (pads[axis], pads[axes + axis])]
    return functional.pad(x, flat, value=value)


def spatial(a, x):
    if a.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID") or a.get("ceil_mode", 0):
        sys.exit("padding is not explicit")
    return a.get("pads", [0] * 2 * (x.dim() - 2))


def conv(a, x, weight, bias=None):
    by_axes = {1: functional.conv1d, 2: functional.conv2d}[x.dim() - 2]
    return by_axes(
        padded(x, spatial(a, x), 0.0),
        weight,
        bias,
        stride=tuple(a.get("strides", [1] * (x.dim() - 2))),
        dilation=tuple(a.get("dilations", [1] * (x.dim() - 2))),
        groups=a.get("group", 1),
    )


def batch_norm(a, x, scale, shift, mean, variance):
    return functional.batch_norm(x, mean, variance, scale, shift, eps=a.get("epsilon", 1e-5))


def max_pool(a, x):
    by_axes = {1: functional.max_pool1d, 2: functional.max_pool2d}[x.dim() - 2]
    kernel = tuple(a["kernel_shape"])
    return by_axes(padded(x, spatial(a, x), -float("inf")), kernel, tuple(a.get("strides", [1] * len(kernel))))


def average_pool(a, x):
    by_axes = {1: functional.avg_pool1d, 2: functional.avg_pool2d}[x.dim() - 2]
    pads = spatial(a, x)
    if any(pads) and not a.get("count_include_pad", 0):
        sys.exit("an average over padding that does not count")
    kernel = tuple(a["kernel_shape"])
    return by_axes(padded(x, pads, 0.0), kernel, tuple(a.get("strides", [1] * len(kernel))))


def gemm(a, x, weight, bias=None):
    x = x.t() if a.get("transA", 0) else x
    weight = weight.t() if a.get("transB", 0) else weight
    product = a.get("alpha", 1.0) * (x @ weight)
    return product if bias is None else product + a.get("beta", 1.0) * bias


def reduce_mean(a, x, axes=None):
    return x.mean(dim=tuple(a["axes"]) if axes is None else tuple(axes.tolist()), keepdim=bool(a.get("keepdims", 1)))


OPERATORS = {
    "Add": lambda a, x, y: x + y,
    "AveragePool": average_pool,
    "BatchNormalization": batch_norm,
    "Concat": lambda a, *x: torch.cat(x, a["axis"]),
    "Conv": conv,
    "Div": lambda a, x, y: x / y,
    "Dropout": lambda a, x, *rest: x,
    "Flatten": lambda a, x: x.flatten(a.get("axis", 1)),
    "Gemm": gemm,
    "GlobalAveragePool": lambda a, x: x.mean(dim=tuple(range(2, x.dim())), keepdim=True),
    "GlobalMaxPool": lambda a, x: x.amax(dim=tuple(range(2, x.dim())), keepdim=True),
    "Identity": lambda a, x: x,
    "LeakyRelu": lambda a, x: functional.leaky_relu(x, a.get("alpha", 0.01)),
    "MatMul": lambda a, x, y: x @ y,
    "MaxPool": max_pool,
    "Mul": lambda a, x, y: x * y,
    "ReduceMean": reduce_mean,
    "Relu": lambda a, x: torch.relu(x),
    "Sigmoid": lambda a, x: torch.sigmoid(x),
    "Squeeze": lambda a, x, axes: x.reshape([n for i, n in enumerate(x.shape) if i not in axes.tolist()]),
    "Sub": lambda a, x, y: x - y,
}
CLOSING = ("Sigmoid", "Softmax")


class Network:
    def __init__(self, path):
        graph = onnx.load(path).graph
        self.constants = {
            item.name: torch.from_numpy(numpy_helper.to_array(item).copy()) for item in graph.initializer
        }
        inputs = [item for item in graph.input if item.name not in self.constants]
        self.input = inputs[0].name
        self.shape = [dim.dim_value for dim in inputs[0].type.tensor_type.shape.dim][1:]
        # The logits: a closing activation is no part of what is explained.
        self.nodes = [node for node in graph.node]
        if self.nodes[-1].op_type in CLOSING:
            self.nodes.pop()
        self.output = self.nodes[-1].output[0]
        self.nodes = [(node, attributes_of(node)) for node in self.nodes]
        for node, a in self.nodes:
            if node.op_type == "Constant":
                self.constants[node.output[0]] = torch.from_numpy(numpy_helper.to_array(a["value"]).copy())
        self.nodes = [(node, a) for node, a in self.nodes if node.op_type != "Constant"]
        unknown = sorted({node.op_type for node, a in self.nodes} - set(OPERATORS))
        if unknown:
            sys.exit("operators unknown to torch_gradients.py: " + ", ".join(unknown))

    def __call__(self, x):
        values = {**self.constants, self.input: x}
        for node, a in self.nodes:
            values[node.output[0]] = OPERATORS[node.op_type](a, *(values[name] for name in node.input if name))
        return values[self.output]


def read(source, dtype, count):
    wanted = count * numpy.dtype(dtype).itemsize
    data = source.read(wanted)
    return numpy.frombuffer(data, dtype) if len(data) == wanted else None


def main():
    torch.set_num_threads(1)
    network = Network(sys.argv[1])
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(f"torch {torch.__version__}\n".encode())
    sink.flush()
    size = int(numpy.prod(network.shape))
    while (count := read(source, "<i4", 1)) is not None:
        inputs = read(source, "<f4", int(count[0]) * size)
        classes = read(source, "<i4", int(count[0]))
        x = torch.from_numpy(inputs.copy()).reshape([int(count[0])] + network.shape).requires_grad_(True)
        logits = network(x)
        # Rows of a batch do not see each other: one sum gives the gradient of each.
        logits.gather(1, torch.from_numpy(classes.astype("int64"))[:, None]).sum().backward()
        sink.write(x.grad.numpy().astype("<f4").tobytes())
        sink.write(logits.detach().numpy().astype("<f4").tobytes())
        sink.flush()


main()
