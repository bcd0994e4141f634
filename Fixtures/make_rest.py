"""Writes Fixtures/rest/: what a comparison of tensors by name leaves over; run by hand.

slice_a.pth, slice_b.pth   the first 10 of 100 floats, and storages that differ behind them
slice_whole.pth            the same 10 floats in a storage of their own
steps_a.pth, steps_b.pth   every second of 100 floats, and storages that differ between them
quantizer.pth              a quantized tensor of a scheme that no PyTorch knows
sparse.pth                 a sparse tensor of a layout that no PyTorch knows
lazy.pth                   the state dict of a lazy module
program.pt2, program.pth   an exported program, and the state dict of its module
graph.pt2                  a program with the same weights and another graph
traced.pt                  a traced module in TorchScript's format
forms.pth                  weights under two spellings of one name
"""

import io
import pathlib
import warnings
import zipfile

import torch

warnings.simplefilter("ignore")
FOLDER = pathlib.Path(__file__).parent / "rest"


def renamed(value, old, new):
    """The file with a text of its pickle replaced by another of the same length."""
    buffer, result = io.BytesIO(), io.BytesIO()
    torch.save(value, buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(result, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("data.pkl"):
                assert data.count(old) == 1 and len(old) == len(new)
                data = data.replace(old, new)
            target.writestr(zipfile.ZipInfo(name), data)
    return result.getvalue()


def without_folder(path):
    """Rewrites an archive without the paths of this machine, which programs keep in the traces of their graphs."""
    with zipfile.ZipFile(path) as source:
        entries = [(name, source.read(name)) for name in source.namelist() if not name.endswith(".debug_pkl")]
    with zipfile.ZipFile(path, "w") as target:
        for name, data in entries:
            target.writestr(zipfile.ZipInfo(name), data.replace(__file__.encode(), b"make_rest.py"))


class Scaled(torch.nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.arange(3.0))
        self.factor = factor

    def forward(self, x):
        return x * self.weight * self.factor


def main():
    FOLDER.mkdir(exist_ok=True)
    values = torch.arange(100.0)
    behind, between = values.clone(), values.clone()
    behind[50] = between[51] = -1
    torch.save({"w": values[:10]}, FOLDER / "slice_a.pth")
    torch.save({"w": behind[:10]}, FOLDER / "slice_b.pth")
    torch.save({"w": values[:10].clone()}, FOLDER / "slice_whole.pth")
    torch.save({"w": values[::2]}, FOLDER / "steps_a.pth")
    torch.save({"w": between[::2]}, FOLDER / "steps_b.pth")
    quantized = torch.quantize_per_tensor(torch.arange(6.0).reshape(2, 3), 0.5, 3, torch.quint8)
    (FOLDER / "quantizer.pth").write_bytes(
        renamed({"w": quantized, "x": torch.ones(2)}, b"per_tensor_affine", b"per_tensor_future"))
    sparse = torch.tensor([[1.0, 0], [0, 2]]).to_sparse_csr()
    (FOLDER / "sparse.pth").write_bytes(
        renamed({"w": sparse, "x": torch.ones(2)}, b"torch.sparse_csr", b"torch.sparse_xyz"))
    torch.save(torch.nn.LazyLinear(3).state_dict(), FOLDER / "lazy.pth")
    torch.save({"e\u0301": torch.ones(2), "\u00e9": torch.zeros(2)}, FOLDER / "forms.pth")
    module = Scaled(1.0)
    torch.save(module.state_dict(), FOLDER / "program.pth")
    for name, factor in (("program", 1.0), ("graph", 2.0)):
        program = torch.export.export(Scaled(factor), (torch.ones(3),))
        torch.export.save(program, FOLDER / (name + ".pt2"))
        without_folder(FOLDER / (name + ".pt2"))
    torch.jit.save(torch.jit.trace(module, torch.ones(3)), FOLDER / "traced.pt")
    without_folder(FOLDER / "traced.pt")


main()
