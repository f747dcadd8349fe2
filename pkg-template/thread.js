// What runs in a worker of the web that `load` was given or has started.
import { server } from "./remote/serve.js";

const post = (message, transfer) => postMessage(message, { transfer });
const answer = server(post);
addEventListener("message", ({ data }) => answer(data));
addEventListener("messageerror", () => post({ error: { message: "a message that the worker cannot read" } }));
