import { Hono } from "hono";
import { html } from "hono/html";
import { z } from "zod";
import { brandedPage } from "../branding/branded-page.ts";
import { childOfFamily } from "../configuration/child-of.ts";
import { checked } from "../problem/checked.ts";
import { ProblemError } from "../problem/problem.ts";
import { otherBody } from "../signed-request/signed-request.ts";
import { onlyObject, type ProfessionalEnvironment } from "./environment.ts";
import { lengthOf } from "./length-of.ts";
import { requireSigned, requireSignedJson } from "./signed-call.ts";

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/, "letters, digits, dots, hyphens and underscores, at most 80");
const matter = z.strictObject({ client: z.string().min(1).max(200), summary: z.string().max(10_000) });

/** A professional tenant's site: pages in its own branding, and its own store of matters and files, for callers with the child's key. */
export const professionalApp = new Hono<{ Bindings: ProfessionalEnvironment }>();

professionalApp.get("/", async ({ env }) => {
  const { branding, title } = childOfFamily(env, "digital-dossier");
  const levels = await env.SERVICE_LEVELS.getByName(onlyObject).report();
  const rows = levels.map(
    ({ name: level, objective, measured }) =>
      html`<tr><th scope="row">${level}</th><td>${percent(objective)}</td><td>${measured === null ? "no requests yet" : percent(measured)}</td></tr>`,
  );
  const body = html`<p>Welcome. This is the portal for our clients.</p>
<h2>Our service</h2>
<table>
<thead><tr><th scope="col">What</th><th scope="col">We promise</th><th scope="col">We measured</th></tr></thead>
<tbody>${rows}</tbody>
</table>`;
  return brandedPage(branding, { title, body });
});

professionalApp.put("/api/v1/matters/:matter", async (context) => {
  const child = childOfFamily(context.env, "digital-dossier");
  const content = checked(matter, await requireSignedJson(context.req.raw, child, context.env));
  await context.env.STORE.put(`matters/${checked(name, context.req.param("matter"))}`, JSON.stringify(content));
  return Response.json(content);
});

professionalApp.get("/api/v1/matters/:matter", async (context) => {
  const child = childOfFamily(context.env, "digital-dossier");
  await requireSigned(context.req.raw, child, context.env);
  const key = checked(name, context.req.param("matter"));
  const content = await context.env.STORE.get(`matters/${key}`);
  if (content === null) throw missing(`matter ${key}`);
  return new Response(content, { headers: { "content-type": "application/json", "cache-control": "no-store" } });
});

/** The signature covers the digest of the body, and R2 takes the body only if it has it: nothing is read into memory. */
professionalApp.put("/api/v1/files/:file", async (context) => {
  const child = childOfFamily(context.env, "digital-dossier");
  const { bodyDigest } = await requireSigned(context.req.raw, child, context.env);
  lengthOf(context.req.raw, child.quota.documentBytes);
  const key = checked(name, context.req.param("file"));
  try {
    await context.env.DOCUMENTS.put(`files/${key}`, context.req.raw.body as never, { sha256: bodyDigest });
  } catch (error) {
    if (String(error).includes("checksum")) throw otherBody();
    throw error;
  }
  return Response.json({ file: key, digest: bodyDigest }, { status: 201 });
});

professionalApp.get("/api/v1/files/:file", async (context) => {
  const child = childOfFamily(context.env, "digital-dossier");
  await requireSigned(context.req.raw, child, context.env);
  const key = checked(name, context.req.param("file"));
  const object = await context.env.DOCUMENTS.get(`files/${key}`);
  if (object === null) throw missing(`file ${key}`);
  return new Response(object.body as never, {
    headers: {
      "content-type": "application/octet-stream",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
});

function missing(what: string): ProblemError {
  return new ProblemError({ status: 404, title: "Not found", detail: `There is no ${what} here.` });
}

function percent(share: number): string {
  return `${Math.floor(share * 100_000) / 1_000} %`;
}
