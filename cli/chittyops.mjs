#!/usr/bin/env node
// The npm bin: whichever Node runs this, the command itself runs on the pinned one.
import { fileURLToPath } from "node:url";
import { bootstrap } from "../local/engine/bootstrap.mjs";

bootstrap(fileURLToPath(new URL("bin.ts", import.meta.url)), process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);
