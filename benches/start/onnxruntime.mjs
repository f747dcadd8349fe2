// Fetch the model and predict once.
import { openPeer } from "../peer.mjs";

const peer = await openPeer(await (await fetch(process.argv[2])).arrayBuffer());
await peer.predict(new Float32Array(10), 1, 1);
process.exit(0);
