import { serveProvider } from "../kit/serve.ts";
import { random } from "./provider.ts";

await serveProvider(random);
