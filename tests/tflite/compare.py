"""Files of TFLite, and what LiteRT's interpreter makes of them.

    python tests/tflite/compare.py target/debug/edgelet FOLDER [FILE…]

Each file of tests/fixtures/tflite (or each that is named) goes through `edgelet import` and `edgelet predict` with random inputs, beside the
interpreter with the kernels that it takes by itself, and with its reference kernels. Floats of operators agree to 1e-6 of the largest number, of
networks to 1e-5, with weights of 8 bits to MIXED: TFLite rounds what they are multiplied by, and edgelet does not. Whole numbers that stand for
floats are those of the interpreter by itself, all of them; the reference kernels round twice, and may be one off in a part of the places (SHARE).
"""

import os
import subprocess
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

FIXTURES = Path(__file__).parent.parent / "fixtures/tflite"
NETWORKS = {"cnn", "segments", "sequences", "encoder"}
# How far outputs may be off, of the largest number: of operators, of networks, with weights of 8 bits.
OPERATORS, WHOLES, MIXED = 1e-6, 1e-5, 5e-3
# Which part of an operator's whole numbers may be one off where kernels round twice.
SHARE = 0.01
# Operators of whole numbers for which TFLite's kernels have factors of few bits: one off in at most that part of the places.
COARSE = {"hard_swish": 0.05, "leaky": 0.05}
# Of whole numbers the reference kernels' sums and means are others than those of the kernels that people run.
OTHERS = {"mean", "mean_kept", "mean_last", "mean_all", "sum"}
# The reference kernels resize with fractions of 10 bits, and the others with 11.
FRACTIONS = {"sizes"}
# What goes into some of them: not just anything between -1 and 1.
BOUNDS = {"activations": (-4, 4), "gelus": (-4, 4), "numbers": (-9, 9), "lookups": (0, 9), "encoder": (0, 50)}
BATCH = 8


def given(interpreter, name, random):
    """Random inputs by the names of the signature; what is free is a batch."""
    low, high = BOUNDS.get(name, (-1, 1))
    made = {}
    names = signature(interpreter)["inputs"]
    for detail in interpreter.get_input_details():
        shape = [BATCH if length < 0 else length for length in detail["shape_signature"]]
        kind = detail["dtype"]
        scale, zero = detail["quantization"]
        if scale:
            info = np.iinfo(kind)
            values = np.clip(np.round(random.uniform(low, high, shape) / scale) + zero, info.min, info.max).astype(kind)
        elif kind == np.float32:
            values = random.uniform(low, high, shape).astype(kind)
        else:
            values = random.integers(low, high, shape).astype(kind)
        made[names[detail["index"]]] = values
    return made


def signature(interpreter):
    """The names of inputs and outputs by the numbers of their tensors: those of the signature, or else the tensors' own."""
    sides = {"inputs": interpreter.get_input_details(), "outputs": interpreter.get_output_details()}
    if interpreter.get_signature_list():
        found = interpreter.get_signature_runner()
        return {side: {detail["index"]: name for name, detail in getattr(found, f"get_{side[:-1]}_details")().items()} for side in sides}
    return {side: {detail["index"]: detail["name"] for detail in details} for side, details in sides.items()}


def made(file, inputs, kernels):
    """What the interpreter makes, by name, and which outputs are whole numbers that stand for floats."""
    interpreter = Interpreter(str(file), experimental_op_resolver_type=kernels)
    names = signature(interpreter)
    numbers = {name: number for number, name in names["inputs"].items()}
    for name, values in inputs.items():
        interpreter.resize_tensor_input(numbers[name], values.shape)
    interpreter.allocate_tensors()
    for name, values in inputs.items():
        interpreter.set_tensor(numbers[name], values)
    interpreter.invoke()
    details = {detail["index"]: detail for detail in interpreter.get_output_details()}
    outputs = {name: interpreter.get_tensor(number) for number, name in names["outputs"].items()}
    return outputs, {name for number, name in names["outputs"].items() if details[number]["quantization"][0]}


def reference(file):
    """The reference kernels, or where those lack an operator's version the others, one by one."""
    try:
        Interpreter(str(file), experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
        return OpResolverType.BUILTIN_REF
    except ValueError:
        return OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES


class Table:
    """What came of each file."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.passed, self.wrong = 0, 0

    def fail(self, file, why):
        self.wrong += 1
        print(f"{file.stem}: {why}")

    def compare(self, file):
        random = np.random.default_rng(5)
        name, _, kind = file.stem.partition("-")
        network, inputs, answers = (self.folder / end for end in ("made.edgelet", "in.npz", "out.npz"))
        imported = subprocess.run([self.program, "import", file, "-o", network, "--quiet"], capture_output=True, text=True)
        if imported.returncode:
            return self.fail(file, imported.stderr.strip())
        values = given(Interpreter(str(file)), name, random)
        np.savez(inputs, **values)
        ran = subprocess.run([self.program, "predict", network, inputs, "-o", answers], capture_output=True, text=True)
        if ran.returncode:
            return self.fail(file, ran.stderr.strip())
        with np.load(answers) as found:
            found = dict(found)
        for kernels in (reference(file), OpResolverType.AUTO):
            expected, whole = made(file, values, kernels)
            self.outputs(file, name, kind, kernels.name, found, expected, whole)

    def outputs(self, file, name, kind, kernels, found, expected, whole):
        """Compares all outputs."""
        is_network = name in NETWORKS
        worst, places, off, most = 0.0, 0, 0, 0
        for output, y in expected.items():
            if output in whole & OTHERS and kernels != "AUTO":
                continue
            x = found[output]
            if (x.shape, x.dtype) != (y.shape, y.dtype):
                self.fail(file, f"{output}: {x.dtype}{x.shape} instead of {y.dtype}{y.shape}")
                continue
            difference = np.abs(x.astype(np.float64) - y.astype(np.float64))
            if output in whole & COARSE.keys():
                if difference.max() > 1 or (difference > 0).mean() > COARSE[output]:
                    self.fail(file, f"{output} with {kernels}: {(difference > 0).mean():.1%} are off, by {difference.max():.0f} at most")
                self.passed += 1
                continue
            if output in whole:
                places, off, most = places + y.size, off + int((difference > 0).sum()), max(most, int(difference.max(initial=0)))
                self.passed += 1
                continue
            tolerance = MIXED if kind == "mixed" else WHOLES if is_network else OPERATORS
            part = difference.max(initial=0) / max(np.abs(y.astype(np.float64)).max(initial=0), 1e-30)
            worst = max(worst, part)
            if part > (0 if y.dtype.kind in "iub" else tolerance):
                self.fail(file, f"{output} with {kernels}: off by {part:.1e} of the largest")
            else:
                self.passed += 1
        if whole:
            print(f"{file.stem:18} {kernels:12} {off} of {places} whole numbers are off ({off / places:.2%}), by {most} at most")
            is_judged = kernels == "AUTO" or not is_network and name not in FRACTIONS
            if is_judged and (off > (0 if kernels == "AUTO" else SHARE * places) or most > 1):
                self.fail(file, f"{off} of {places} whole numbers with {kernels} are off, by {most} at most")
        elif is_network or kind:
            print(f"{file.stem:18} {kernels:12} off by {worst:.1e} of the largest")


def main():
    program, folder, files = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    table = Table(program, folder)
    for file in [Path(file) for file in files] or sorted(FIXTURES.glob("*.tflite")):
        table.compare(file)
    print(f"{table.passed} outputs agree, {table.wrong} are wrong")
    sys.exit(1 if table.wrong else 0)


if __name__ == "__main__":
    main()
