// How near products of matrices of 512 × 512 come to what one core can do in wasm, in one run: `node gemm.mjs FOLDER WORK`, where
// `benches/networks.py` and `edgelet import` made gemm.edgelet, eight of them in a row. The most that can be done is sums that stay in
// registers.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { init, load } from "edgelet/tensors";
import { race } from "./clock.mjs";

const [folder, work] = process.argv.slice(2);
const SIZE = 512;
const PRODUCTS = 8;
const TARGET = 0.75;
/** How many sums are under way at once: enough to hide how long an addition takes. */
const SUMS = 12;
const STEPS = 1 << 16;

/** A module that adds products to sums in registers. */
function assembled(name, step) {
  const sums = Array.from({ length: SUMS }, (_, i) => `$s${i}`);
  const text = `(module (func (export "run") (param $x f32) (param $n i32) (result f32)
    (local $a v128) (local $b v128) ${sums.map((sum) => `(local ${sum} v128)`).join(" ")}
    (local.set $a (f32x4.splat (local.get $x)))
    (local.set $b (f32x4.splat (f32.mul (local.get $x) (local.get $x))))
    (loop $next ${sums.map((sum) => `(local.set ${sum} ${step(`(local.get ${sum})`)})`).join(" ")}
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (f32x4.extract_lane 0 ${sums.slice(1).reduce((all, sum) => `(f32x4.add ${all} (local.get ${sum}))`, "(local.get $s0)")})))`;
  const [source, module] = [join(work, `${name}.wat`), join(work, `${name}.wasm`)];
  writeFileSync(source, text);
  const assembler = fileURLToPath(new URL("../tests/node_modules/.bin/wasm-as", import.meta.url));
  execFileSync(assembler, ["--enable-simd", "--enable-relaxed-simd", source, "-o", module]);
  return readFileSync(module);
}

const bytes = readFileSync(join(folder, "gemm.edgelet"));
const given = { a: { data: Float32Array.from({ length: SIZE * SIZE }, (_, i) => ((i * 7919) % 101) / 101), shape: [SIZE, SIZE] } };
const relaxed = assembled("relaxed", (sum) => `(f32x4.relaxed_madd (local.get $a) (local.get $b) ${sum})`);
const plain = assembled("plain", (sum) => `(f32x4.add ${sum} (f32x4.mul (local.get $a) (local.get $b)))`);
/** Without relaxed SIMD, or if `EDGELET_CORE` says plain, it is the plain core. A process has one of them. */
const isPlain = process.env.EDGELET_CORE === "plain" || !WebAssembly.validate(relaxed);
if (isPlain) {
  const path = createRequire(import.meta.url).resolve("edgelet/edgelet-tensors.wasm");
  await init(new WebAssembly.Module(readFileSync(path)));
}
const { run: sum } = new WebAssembly.Instance(new WebAssembly.Module(isPlain ? plain : relaxed)).exports;
const model = await load(bytes);
let sink = 0;
const seen = await race(
  [
    { name: "peak", run: (times) => { for (let i = 0; i < times; i++) sink += sum(1e-3, STEPS); } },
    { name: "gemm", run: (times) => { for (let i = 0; i < times; i++) model.run(given); } },
  ],
  { rounds: 15, roundMs: 200, warm: 600 },
);
const [most, made] = [(2 * 4 * SUMS * STEPS) / seen.peak, (PRODUCTS * 2 * SIZE ** 3) / seen.gemm];
const share = made / most;
console.log(
  `GEMM ${SIZE}³, Node ${process.versions.node}, ${isPlain ? "simd128" : "relaxed"}: ${made.toFixed(1)} of ${most.toFixed(1)} GFLOP/s, ${(100 * share).toFixed(0)} %   ${share >= TARGET ? "ok" : "MISS"}: target >= ${100 * TARGET} %`,
);
if (Number.isNaN(sink)) throw new Error("no sum");
