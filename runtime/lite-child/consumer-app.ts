import { Hono } from "hono";
import { html } from "hono/html";
import { z } from "zod";
import { childOfFamily } from "../configuration/child-of.ts";
import { checked } from "../problem/checked.ts";
import { ProblemError } from "../problem/problem.ts";
import type { ConsumerEnvironment } from "./environment.ts";
import { parseJson, textWithin } from "./signed-call.ts";

const note = z.strictObject({ text: z.string().min(1).max(4_000) });
/** A note is for whoever knows its id, and for a month. */
const keptSeconds = 30 * 86_400;

/** A small consumer app: notes to share, by ids that cannot be guessed. */
export const consumerApp = new Hono<{ Bindings: ConsumerEnvironment }>();

consumerApp.get("/", async ({ env }) => {
  const { title } = childOfFamily(env, "chitty-apps");
  const page = await html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title></head>
<body><h1>${title}</h1><p>Send a note to <code>POST /api/v1/notes</code> and share its address.</p></body>
</html>
`;
  return new Response(page.toString(), {
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": "default-src 'none'" },
  });
});

consumerApp.post("/api/v1/notes", async (context) => {
  const { text } = checked(note, parseJson(await textWithin(context.req.raw, 32 * 2 ** 10)));
  const id = crypto.randomUUID();
  await context.env.STORE.put(`notes/${id}`, text, { expirationTtl: keptSeconds });
  return Response.json({ id, url: `/api/v1/notes/${id}` }, { status: 201 });
});

consumerApp.get("/api/v1/notes/:id", async (context) => {
  const id = checked(z.uuid(), context.req.param("id"));
  const text = await context.env.STORE.get(`notes/${id}`);
  if (text === null) {
    const detail = "There is no such note; notes are kept for 30 days.";
    throw new ProblemError({ status: 404, title: "Not found", detail });
  }
  return Response.json({ id, text });
});
