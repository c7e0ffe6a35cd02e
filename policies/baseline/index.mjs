import { servePacks } from "../kit/serve-packs.ts";
import { baseline } from "./pack.ts";

servePacks("chittyops-baseline", [baseline]);
