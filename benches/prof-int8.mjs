import { readFile } from "node:fs/promises";
import { load } from "edgelet/tensors";
const m = await load(await readFile(process.argv[2]));
const ids = { data: BigInt64Array.from({length:128},(_, i)=>BigInt(i+5)), shape:[1,128] };
const names = m.schema.inputs.map(i=>i.name);
const given = names[0]==="image" ? { image: { data: new Float32Array(784).fill(.3), shape:[1,784] } } : Object.fromEntries(names.map(n=>[n, n.includes("mask")?{data:new BigInt64Array(128).fill(1n),shape:[1,128]}:ids]));
const n = names[0]==="image" ? 60000 : 25;
for (let i=0;i<n/10;i++) m.run(given);
const t=performance.now(); for (let i=0;i<n;i++) m.run(given); console.log((performance.now()-t)/n);
