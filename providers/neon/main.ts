import { serveProvider } from "../kit/serve.ts";
import { neon } from "./provider.ts";

await serveProvider(neon());
