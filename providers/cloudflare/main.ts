import { serveProvider } from "../kit/serve.ts";
import { cloudflare } from "./provider.ts";

await serveProvider(cloudflare);
