"""Trains a network described by Morphline's JSON in Keras or PyTorch; answers each line of input with images a second.

Run by training-throughput.ts: training-throughput.py keras|torch|torch-channels-last NETWORK BATCH STEPS WARM_UPS
"""
import json
import sys
import time

framework, description, batch, steps, warm_ups = sys.argv[1:]
network = json.loads(description)
batch, steps, warm_ups = int(batch), int(steps), int(warm_ups)
layers = network["layers"]
shape = next((l["height"], l["width"], l["channels"]) for l in layers if l["kind"] == "input")
CLASSES = 10


def keras_step():
    import keras
    import numpy as np
    import tensorflow as tf

    def make(layer, x):
        kind = layer["kind"]
        K = keras.layers
        if kind == "conv2d":
            return K.Conv2D(layer["filters"], layer["kernelSize"], layer["strides"], layer["padding"], use_bias=layer["useBias"])(x[0])
        if kind == "batch-norm":
            return K.BatchNormalization(epsilon=layer["epsilon"], scale=layer["scale"])(x[0])
        if kind == "activation":
            return K.Activation(layer["activation"])(x[0])
        if kind == "max-pool":
            return K.MaxPooling2D(layer["poolSize"], layer["strides"], layer["padding"])(x[0])
        if kind == "avg-pool":
            return K.AveragePooling2D(layer["poolSize"], layer["strides"], layer["padding"])(x[0])
        if kind == "global-avg-pool":
            return K.GlobalAveragePooling2D()(x[0])
        if kind == "concat":
            return K.Concatenate()(x)
        if kind == "add":
            return K.Add()(x)
        if kind == "flatten":
            return K.Flatten()(x[0])
        if kind == "dropout":
            return x[0]
        if kind == "dense":
            return K.Dense(layer["units"], use_bias=layer["useBias"])(x[0])
        raise SystemExit(f"no {kind} in keras")

    made = {}
    for layer in layers:
        made[layer["name"]] = (
            keras.Input(shape) if layer["kind"] == "input" else make(layer, [made[name] for name in layer["inputs"]])
        )
    model = keras.Model(next(made[l["name"]] for l in layers if l["kind"] == "input"), made[network["outputs"][0]])
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x = np.random.default_rng(1).standard_normal((batch, *shape), dtype=np.float32)
    y = np.arange(batch) % CLASSES
    return lambda: model.train_on_batch(x, y)


def torch_step(channels_last):
    import torch
    from torch import nn
    import torch.nn.functional as F

    def same(size, kernel, stride):
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        return total // 2, total - total // 2

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.parts = nn.ModuleDict()

        def forward(self, x):
            made = {}
            for layer in layers:
                name, kind = layer["name"], layer["kind"]
                inputs = [made[each] for each in layer["inputs"]]
                key = name.replace(".", "_")
                if kind == "input":
                    made[name] = x
                elif kind in ("conv2d", "max-pool", "avg-pool"):
                    window = layer["kernelSize"] if kind == "conv2d" else layer["poolSize"]
                    own = inputs[0]
                    if layer["padding"] == "same":
                        top, bottom = same(own.shape[2], window[0], layer["strides"][0])
                        left, right = same(own.shape[3], window[1], layer["strides"][1])
                        if (top, left) != (bottom, right):
                            own = F.pad(own, (left, right, top, bottom), value=0 if kind != "max-pool" else float("-inf"))
                            top = left = 0
                        pad = (top, left)
                    else:
                        pad = (0, 0)
                    if kind == "conv2d":
                        if key not in self.parts:
                            self.parts[key] = nn.Conv2d(own.shape[1], layer["filters"], window, layer["strides"], pad, bias=layer["useBias"])
                        made[name] = self.parts[key](own)
                    elif kind == "max-pool":
                        made[name] = F.max_pool2d(own, window, layer["strides"], pad)
                    else:
                        made[name] = F.avg_pool2d(own, window, layer["strides"], pad, count_include_pad=False)
                elif kind == "batch-norm":
                    if key not in self.parts:
                        self.parts[key] = nn.BatchNorm2d(inputs[0].shape[1], eps=layer["epsilon"])
                    made[name] = self.parts[key](inputs[0])
                elif kind == "activation":
                    made[name] = getattr(F, layer["activation"])(inputs[0])
                elif kind == "global-avg-pool":
                    made[name] = inputs[0].mean((2, 3))
                elif kind == "concat":
                    made[name] = torch.cat(inputs, 1)
                elif kind == "add":
                    made[name] = sum(inputs[1:], inputs[0])
                elif kind == "flatten":
                    made[name] = inputs[0].flatten(1)
                elif kind == "dropout":
                    made[name] = inputs[0]
                elif kind == "dense":
                    if key not in self.parts:
                        self.parts[key] = nn.Linear(inputs[0].shape[1], layer["units"], bias=layer["useBias"])
                    made[name] = self.parts[key](inputs[0])
                else:
                    raise SystemExit(f"no {kind} in torch")
            return made[network["outputs"][0]]

    model = Net()
    x = torch.randn(batch, shape[2], shape[0], shape[1])
    y = torch.arange(batch) % CLASSES
    # The first call makes the layers.
    model(x)
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)

    def step():
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()

    return step


step = keras_step() if framework == "keras" else torch_step(framework == "torch-channels-last")
for _ in sys.stdin:
    for done in range(steps):
        if done == warm_ups:
            begin = time.perf_counter()
        step()
    print(f"rate {(steps - warm_ups) * batch / (time.perf_counter() - begin)}", flush=True)
