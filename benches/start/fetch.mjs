// The least that any loader does: fetch the bytes.
const response = await fetch(process.argv[2]);
await response.arrayBuffer();
