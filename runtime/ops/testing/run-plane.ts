import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { planeWorker } from "./plane-worker.ts";

/** Serves the plane until the process is killed. Argument: JSON of the plane's variables and `folder`, where its data is kept. Prints its address. */
const { folder, ...told } = JSON.parse(process.argv[2] ?? "{}");
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    workers: [planeWorker(told)],
    port: 0,
    host: "127.0.0.1",
    resourcePersistencePath: folder,
  }),
);
console.log((await miniflare.ready).href);
