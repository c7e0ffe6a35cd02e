import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { chittyopsHome } from "../local/engine/home.ts";

// Before anything large is loaded, so that the next start finds it compiled.
enableCompileCache(join(chittyopsHome(), "compile-cache"));
await import("../local/engine/defer-modules.ts");
const { main } = await import("./main.ts");

const code = await main(process.argv.slice(2));
// What is left open (keep-alive sockets, a gRPC server of the Automation API) has nothing more to say; stdout has to be empty first.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
