"""Makes `prefixes/`: the network of `networks/deblock` with names in front of its keys and with keys beside them.

Run by hand: python make_prefixes.py (PyTorch 2.15)
"""

import pathlib
import sys

import torch

here = pathlib.Path(__file__).parent
folder = here / "prefixes"
folder.mkdir(exist_ok=True)
state = torch.load(here / "networks/deblock/checkpoint.pth", weights_only=True)


def named(prefix, tensors=state):
    return {prefix + key: value for key, value in tensors.items()}


def save(name, value):
    torch.save(value, folder / name)


discriminator = {"net_d.conv.weight": torch.zeros(2, 2), "net_d.conv.bias": torch.zeros(2)}
optimizer = [{"state": {0: {"exp_avg": torch.zeros(3)}}, "param_groups": []}]
# Lightning: attributes of the module in front of the keys, the optimizer beside the state dict.
save("lightning.ckpt", {"epoch": 1, "state_dict": named("net_g."), "optimizer_states": optimizer})
save("lightning_gan.ckpt", {"state_dict": {**named("net_g."), **discriminator}, "optimizer_states": optimizer})
save("compiled.pth", named("module._orig_mod."))
save("half_module.pth", {("module." if index % 2 else "") + key: value for index, (key, value) in enumerate(state.items())})
# A key with and without the prefix.
save("collision.pth", {**named("module."), "model.0.bias": state["model.0.bias"]})
# What another version of the network would use.
norm = {"running_mean": torch.zeros(8), "running_var": torch.ones(8), "num_batches_tracked": torch.tensor(7)}
save("batch_norm.pth", {**state, **named("model.2.bn.", norm)})
# What a module keeps beside its tensors.
save("extra_state.pth", {**state, "model.2._extra_state": {"scale": 3}})
half = {key: value.half() for key, value in state.items()}
save("half.pth", half)
