"""ONNX's own backend suite, through `edgelet import` and `edgelet predict`.

    python tests/onnx/backend.py target/debug/edgelet [--only PREFIX] [--least N] [--package each|all] [--verbose]

Each case of the suite is a model with inputs and the outputs that the standard expects. A case passes if the outputs agree within the
suite's own tolerance, is refused if `import` refuses the model, and is wrong otherwise: the exit status is then 1, as it is
when fewer than N pass. With --package a package is made of one case for each operator, or of all that pass: `edgelet package` writes
it only if its core, without what that network does not call, makes the same bits as the program, and it is wrong otherwise.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import io
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np


def cases():
    """The suite's node cases: its generators make them when asked."""
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        return collect_testcases(None)


def operator(case):
    """The operator that a case is for: of its name, or its only node's."""
    nodes = case.model.graph.node
    if len(nodes) == 1:
        return nodes[0].op_type
    return case.name.removeprefix("test_").split("_")[0] + " (expanded)"


def run(program, case, packages):
    """passed, refused or wrong, and why."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        model, network = folder / "model.onnx", folder / "model.edgelet"
        model.write_bytes(case.model.SerializeToString())
        command = [program, "import", model, "--from", "onnx", "-o", network, "--quiet"]
        imported = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if imported.returncode != 0:
            refused = "error[unsupported]" in imported.stderr
            return ("refused" if refused else "wrong"), imported.stderr.strip()
        for number, (inputs, outputs) in enumerate(case.data_sets):
            given, made = folder / f"{number}-in.npz", folder / f"{number}-out.npz"
            ports = zip(case.model.graph.input, inputs, strict=False)
            np.savez(given, **{port.name: array(value, port.type.tensor_type.elem_type) for port, value in ports})
            ran = subprocess.run([program, "predict", network, given, "-o", made, "--quiet"], capture_output=True, text=True, timeout=120)
            if ran.returncode != 0:
                return "wrong", ran.stderr.strip()
            with np.load(made) as found:
                for value, expected in zip(case.model.graph.output, outputs, strict=True):
                    why = differs(found[value.name], array(expected, value.type.tensor_type.elem_type), case)
                    if why:
                        return "wrong", f"{value.name}: {why}"
        if packages:
            # What it made is its example.
            kept = [*command, "--verify", folder / "0-in.npz", "--expect", folder / "0-out.npz"]
            for made in [kept, [program, "package", network, "--name", "case", "-o", folder / "case", "--quiet"]]:
                ran = subprocess.run(made, capture_output=True, text=True, timeout=120)
                if ran.returncode != 0:
                    return "wrong", f"{made[1]}: {ran.stderr.strip()}"
    return "passed", ""


def array(value, elements):
    """An array as np.savez takes it: of the type that the model says, with bfloat16, which NumPy does not have, as bytes."""
    import onnx
    from onnx.helper import tensor_dtype_to_np_dtype

    if isinstance(value, onnx.TensorProto):
        value = onnx.numpy_helper.to_array(value)
    kind = tensor_dtype_to_np_dtype(elements)
    value = np.asarray(value).astype(str if kind == np.dtype(object) else kind)
    return value.view("V2") if value.dtype.name == "bfloat16" else value


def differs(found, expected, case):
    """Why an output is not the expected one; nothing if it is."""
    if found.shape != expected.shape or (found.dtype != expected.dtype and found.dtype.kind != "U"):
        return f"{expected.dtype} {expected.shape} expected, found {found.dtype} {found.shape}"
    if found.dtype.kind == "V":
        found, expected = (x.view(np.uint16).astype(np.uint32) << 16 for x in (found, expected))
        found, expected = found.view(np.float32), expected.view(np.float32)
    try:
        if found.dtype.kind in "fc":
            np.testing.assert_allclose(found, expected, rtol=case.rtol, atol=case.atol)
        else:
            np.testing.assert_array_equal(found, expected)
    except AssertionError as error:
        return " ".join(str(error).split())[:400]
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--only", default="test_", help="cases whose names begin like this")
    parser.add_argument("--least", type=int, default=0, help="how many have to pass")
    parser.add_argument("--package", choices=["each", "all"], help="make packages, of a case for each operator or of all")
    parser.add_argument("--verbose", action="store_true", help="tell why cases are refused")
    options = parser.parse_args()
    chosen = [case for case in cases() if case.name.startswith(options.only)]
    each = {operator(case): case.name for case in reversed(chosen)}
    packages = {"each": set(each.values()), "all": {case.name for case in chosen}}.get(options.package, set())
    counts = collections.defaultdict(collections.Counter)
    wrong = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, (result, why) in zip(chosen, pool.map(lambda case: run(options.program, case, case.name in packages), chosen), strict=True):
            counts[operator(case)][result] += 1
            if result == "wrong":
                wrong.append(f"{case.name}: {why}")
            elif result == "refused" and options.verbose:
                print(f"{case.name}: {why}")
    print(f"{'operator':40} passed refused wrong")
    for name, count in sorted(counts.items()):
        print(f"{name:40} {count['passed']:6} {count['refused']:7} {count['wrong']:5}")
    total = sum(counts.values(), collections.Counter())
    print(f"{'all':40} {total['passed']:6} {total['refused']:7} {total['wrong']:5}")
    print("\n".join(wrong))
    if wrong or total["passed"] < options.least:
        sys.exit(f"{len(wrong)} wrong, {total['passed']} of at least {options.least} passed")


if __name__ == "__main__":
    main()
