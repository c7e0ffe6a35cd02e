import * as grpc from "@grpc/grpc-js";
import languageService from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { Children } from "./children.ts";
import { unlimited } from "./grpc-limits.ts";
import { languageRuntime } from "./language-runtime.ts";

/** How often the host looks whether the engine that started it is still there. */
const parentCheckMs = 500;

// The engine's address is the last argument; flags before it are for logging and tracing, which this host does not do.
const engineAddress = process.argv.at(-1) ?? "";
const children = new Children();
const server = new grpc.Server(unlimited);
server.addService(languageService.LanguageRuntimeService, languageRuntime(engineAddress, children));
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  // The engine takes the first line for the port.
  process.stdout.write(`${port}\n`);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end());

const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) void end();
}, parentCheckMs).unref();

/** Nothing may outlive the engine: a program left alone would hang on a monitor that is gone. */
async function end(): Promise<void> {
  await children.stopAll();
  process.exit(0);
}
