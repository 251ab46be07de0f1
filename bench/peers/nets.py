"""The layers of a workload as PyTorch's own modules. Images are (channels, height, width) here; softmax is in the loss."""

import torch
from torch import nn


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


class Positions(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.table = nn.Parameter(torch.rand(shape) * 0.1 - 0.05)

    def forward(self, x):
        return x + self.table


class Attention(nn.Module):
    def __init__(self, shape, heads, causal, useBias):
        super().__init__()
        steps, channels = shape
        self.heads = nn.MultiheadAttention(channels, heads, bias=useBias, batch_first=True)
        self.register_buffer("mask", torch.full((steps, steps), -torch.inf).triu(1) if causal else None)

    def forward(self, x):
        return self.heads(x, x, x, attn_mask=self.mask, need_weights=False)[0]


class Lstm(nn.LSTM):
    """The last step's output."""

    def forward(self, x):
        return super().forward(x)[0][:, -1]


class Cropping(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.before, self.after = before, after

    def forward(self, x):
        return x[:, self.before : x.shape[1] - self.after]


def residual(shape, layers):
    return Residual(*modules(layers, shape)[0]), shape


def conv2d(shape, filters, kernelSize, padding):
    channels, *extents = shape
    return nn.Conv2d(channels, filters, kernelSize, padding=padding), (filters, *extents)


def max_pooling(shape, poolSize):
    channels, *extents = shape
    return nn.MaxPool2d(poolSize), (channels, *(extent // poolSize for extent in extents))


def flatten(shape):
    return nn.Flatten(), (torch.Size(shape).numel(),)


def cropping(shape, cropping):
    steps, channels = shape
    return Cropping(*cropping), (steps - sum(cropping), channels)


# type -> (shape, options) -> the module and the shape behind it.
MODULES = {
    "residual": residual,
    "dense": lambda shape, units: (nn.Linear(shape[-1], units), (*shape[:-1], units)),
    "conv2d": conv2d,
    "maxPooling2d": max_pooling,
    "flatten": flatten,
    "embedding": lambda shape, inputDim, outputDim: (nn.Embedding(inputDim, outputDim), (*shape, outputDim)),
    "positionEmbedding": lambda shape: (Positions(shape), shape),
    "layerNormalization": lambda shape: (nn.LayerNorm(shape[-1]), shape),
    "multiHeadAttention": lambda shape, **options: (Attention(shape, **options), shape),
    "cropping1d": cropping,
    "lstm": lambda shape, units: (Lstm(shape[-1], units, batch_first=True), (units,)),
}


def modules(layers, shape):
    made = []
    for layer in layers:
        options = {key: value for key, value in layer.items() if key not in ("type", "activation", "kernelRegularizer")}
        module, shape = MODULES[layer["type"]](shape, **options)
        made += [module, nn.ReLU()] if layer.get("activation") == "relu" else [module]
    return made, shape


def build(layers, shape):
    return nn.Sequential(*modules(layers, shape)[0])
