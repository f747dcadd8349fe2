// Starts the two halves of the page. Each shows its own errors, so that one can fail without the other.

import { startExample } from "./example.js";
import { startExplorer } from "./explorer.js";

startExplorer();
startExample();
