import { servePacks } from "../kit/serve-packs.ts";
import { government } from "./pack.ts";

servePacks("chittyops-government", [government]);
