import { servePacks } from "../kit/serve-packs.ts";
import { packs } from "./packs.ts";

servePacks("chittyops-all", packs);
