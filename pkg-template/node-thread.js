// What runs in a worker thread of Node, Deno or Bun.
import { parentPort } from "node:worker_threads";
import { server } from "./remote/serve.js";

parentPort.on("message", server((message, transfer) => parentPort.postMessage(message, transfer)));
