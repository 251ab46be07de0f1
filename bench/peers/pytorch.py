"""PyTorch, eager, on batches that are tensors already: torch.py JSON. Speaks as child.mjs does."""

import ctypes
import json
import re
import sys
import time

import torch

import nets

given = json.loads(sys.argv[1])
work, folder, threads = given["workload"], given["folder"], given["options"]["threads"]
torch.set_num_threads(threads)
shape, batch, l2 = tuple(work["shape"]), work["batch"], work["l2"]
mse, labels = work["loss"] == "mse", work.get("labels", 1)


def read(part, kind):
    with open(f"{folder}/{work['data']}-{work['rows']}.{part}", "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=kind)


def blas():
    """The BLAS that was loaded, as it names itself."""
    with open("/proc/self/maps") as maps:
        paths = sorted(set(re.findall(r"/\S*(?:blas|mkl_core)\S*", maps.read())))
    for path in paths:
        library = ctypes.CDLL(path)
        if hasattr(library, "openblas_get_config"):
            library.openblas_get_config.restype = ctypes.c_char_p
            count = library.openblas_get_num_threads()
            return f"{library.openblas_get_config().decode()}, {count} thread{'s' if count > 1 else ''}"
    return f"no OpenBLAS: {', '.join(paths)}"


x = read("x", torch.float32).reshape(-1, *shape)
y = read("y", torch.float32).reshape(-1, 1) if mse else read("y", torch.int32).long()
if len(shape) == 3:
    x = x.permute(0, 3, 1, 2)
if work["layers"][0]["type"] == "embedding":
    x = x.long()
batches = [(a.clone().contiguous(), b.clone()) for a, b in zip(x.split(batch), y.split(labels * batch))]
model = nets.build(work["layers"], tuple(x.shape[1:]))
criterion = torch.nn.MSELoss() if mse else torch.nn.CrossEntropyLoss()
first, *rest = model.parameters()
groups = [{"params": [first], "weight_decay": 2 * l2}, {"params": rest}]
o = work["optimizer"]
if o["name"] == "sgd":
    optimizer = torch.optim.SGD(groups, lr=o["learningRate"], momentum=o["momentum"])
else:
    optimizer = torch.optim.Adam(groups, lr=o["learningRate"], betas=(o["beta1"], o["beta2"]), eps=o["epsilon"])


def run(steps):
    global at
    begin, busy = time.perf_counter(), time.process_time()
    for _ in range(steps):
        inputs, targets = batches[at]
        at = (at + 1) % len(batches)
        optimizer.zero_grad(set_to_none=True)
        outputs = model(inputs)
        loss = criterion(outputs.flatten(0, 1) if labels > 1 else outputs, targets)
        loss.backward()
        optimizer.step()
    value = loss.item()
    seconds, processor = time.perf_counter() - begin, time.process_time() - busy
    return {"steps": steps, "seconds": seconds, "processor": processor, "info": {"loss": value}}


at = 0
matrices = torch.randn(64, 64)
matrices @ matrices
facts = {"version": torch.__version__, "blas": blas(), "threads": torch.get_num_threads()}
facts["capability"] = re.search(r"CPU capability usage: (\w+)", torch.__config__.show()).group(1)
print(json.dumps(facts), flush=True)
for line in sys.stdin:
    print(json.dumps(run(int(line))), flush=True)
