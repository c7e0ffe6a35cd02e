import { serveProvider } from "../kit/serve.ts";
import { command } from "./provider.ts";

await serveProvider(command);
