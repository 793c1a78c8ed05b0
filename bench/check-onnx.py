"""Asks the ONNX project's own checker about exported models: `python3 bench/check-onnx.py RUN/model/*.onnx`.

Needs the `onnx` package (Debian: python3-onnx). Every node's types and shapes are inferred (`full_check`), so an
operator used against its specification is found, which a runtime may let through. Exits with 1 if a file fails."""

import sys

import onnx


def shape_of(value):
    sizes = value.type.tensor_type.shape.dim
    return "[" + ", ".join(size.dim_param or str(size.dim_value) for size in sizes) + "]"


def check(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    domains = {node.domain for node in model.graph.node}
    if domains - {""}:
        raise ValueError(f"uses the domains {sorted(domains)}")
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    names = {name for node in model.graph.node for name in node.output}
    known = {value.name for value in [*inferred.graph.value_info, *inferred.graph.output]}
    if names - known:
        raise ValueError(f"no shape could be inferred for {sorted(names - known)[:3]}")
    opsets = ", ".join(f"{entry.domain or 'ai.onnx'} {entry.version}" for entry in model.opset_import)
    inputs = ", ".join(f"{value.name} {shape_of(value)}" for value in model.graph.input)
    outputs = ", ".join(f"{value.name} {shape_of(value)}" for value in model.graph.output)
    return f"IR {model.ir_version}, {opsets}, {len(model.graph.node)} nodes: {inputs} → {outputs}"


def main(paths):
    failed = 0
    for path in paths:
        try:
            print(f"ok      {path}: {check(path)}")
        except Exception as error:  # The checker raises several kinds.
            failed += 1
            print(f"failed  {path}: {error}")
    print(f"{len(paths) - failed} of {len(paths)} passed, onnx {onnx.__version__}")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
