import { nodePlane, people } from "../../../../runtime/ops/testing/node-plane.ts";
import { planeServer } from "../plane-server.ts";
import { serveStdio } from "../serve-stdio.ts";
import { planeAs } from "./plane-as.ts";

// What `chittyops mcp` does once it has found a plane and signed in.
const plane = planeAs(await nodePlane(), people.operator);
await serveStdio(await planeServer(plane, { writes: process.argv.includes("--allow-writes"), version: "0" }));
