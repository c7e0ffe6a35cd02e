// A runner of its own, to be killed: URI in DATABASE_URL, the folder as the only argument.
import { connectionTo } from "../connection.ts";
import { migrate } from "../migrate.ts";

const [folder = ""] = process.argv.slice(2);
await migrate({
  connection: connectionTo(process.env.DATABASE_URL ?? ""),
  folder,
  phase: "contract",
  contractAllowed: { ok: true },
  onProgress: (event) => console.log(JSON.stringify(event)),
});
