import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import type { ResourceRecord } from "../../store/records/resources.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { type Crud, crudRoutes } from "../crud.ts";
import { hexId } from "../ids.ts";
import type { Route } from "../route.ts";
import { dnsRecords } from "./dns-record.ts";

const types = [
  "A",
  "AAAA",
  "CAA",
  "CERT",
  "CNAME",
  "DNSKEY",
  "DS",
  "HTTPS",
  "LOC",
  "MX",
  "NAPTR",
  "NS",
  "OPENPGPKEY",
  "PTR",
  "SMIMEA",
  "SRV",
  "SSHFP",
  "SVCB",
  "TLSA",
  "TXT",
  "URI",
] as const;
const proxiable = new Set<string>(["A", "AAAA", "CNAME"]);

const recordBody = z.looseObject({
  type: z.enum(types),
  name: z.string().min(1).max(255),
  content: z.string().optional(),
  ttl: z
    .union([z.literal(1), z.int().min(30).max(86_400)], { error: "expected 1 (automatic) or 30 to 86400" })
    .default(1),
  proxied: z.boolean().default(false),
  priority: z.int().min(0).max(65_535).optional(),
  data: z.looseObject({}).optional(),
  comment: z.string().max(500).nullish(),
  tags: z.array(z.string()).default([]),
});
type RecordBody = z.infer<typeof recordBody>;

const kind: Crud<typeof recordBody> = {
  base: "/zones/:zone/dns_records",
  collection: dnsRecords,
  scope: (call) => call.zone.id,
  body: recordBody,
  codes: { invalid: 9000, notFound: 81044 },
  id: hexId,
  stamps: ["created_on", "modified_on"],
  patch: true,
  perPage: 100,
  matches(call, { body }) {
    const filter = (name: string) => call.query.get(name) ?? call.query.get(`${name}.exact`);
    return ["name", "type", "content"].every((member) => (filter(member) ?? body[member]) === body[member]);
  },
  prepare(call, body, before) {
    const record = { ...body, name: fullName(call, body.name), content: body.content ?? contentOf(body) };
    checkContent(record);
    refuseClash(call, record, before);
    return {
      ...record,
      proxiable: proxiable.has(record.type),
      comment: record.comment ?? null,
      meta: {},
      settings: body.settings ?? {},
    };
  },
};

export const dnsRoutes: Route[] = crudRoutes(kind);

/** Names are relative to the zone unless they end in it; `@` is the zone itself. */
function fullName(call: Call, name: string): string {
  const lower = name.toLowerCase().replace(/\.$/, "");
  const zone = call.zone.name;
  if (lower === "@" || lower === zone) return zone;
  return lower.endsWith(`.${zone}`) ? lower : `${lower}.${zone}`;
}

function contentOf({ data }: RecordBody): string {
  return data ? Object.values(data).join(" ") : "";
}

/** @throws {ApiError} 400: 9005 and 9006 for addresses, 9007 for a host, 9100 for a priority that is missing. */
function checkContent({ type, content, proxied, priority }: RecordBody & { content: string }): void {
  if (type === "A" && !isIPv4(content))
    throw new ApiError(400, 9005, "Content for A record must be a valid IPv4 address.");
  if (type === "AAAA" && !isIPv6(content))
    throw new ApiError(400, 9006, "Content for AAAA record must be a valid IPv6 address.");
  if (type === "CNAME" && !/^[a-z0-9_*]([a-z0-9_.*-]*[a-z0-9])?\.?$/i.test(content)) {
    throw new ApiError(400, 9007, "Content for CNAME record is invalid.");
  }
  if (type === "MX" && priority === undefined)
    throw new ApiError(400, 9100, "priority is a required field for MX records.");
  if (content === "") throw new ApiError(400, 9002, `Content for ${type} record is missing.`);
  if (proxied && !proxiable.has(type)) throw new ApiError(400, 9004, "This record type cannot be proxied.");
}

/** @throws {ApiError} 400: 81058 for an identical record, 81053 for a CNAME beside another record of the same name. */
function refuseClash(call: Call, record: RecordBody & { content: string }, before: ResourceRecord | undefined): void {
  const sameName = call.store
    .list(dnsRecords, call.zone.id)
    .filter(({ id, body }) => id !== before?.id && body.name === record.name)
    .map(({ body }) => body);
  if (sameName.some(({ type, content }) => type === record.type && content === record.content)) {
    throw new ApiError(400, 81058, "An identical record already exists.");
  }
  const hosts = (type: unknown) => proxiable.has(String(type));
  if (hosts(record.type) && sameName.some(({ type }) => hosts(type) && (type === "CNAME" || record.type === "CNAME"))) {
    throw new ApiError(400, 81053, "An A, AAAA, or CNAME record with that host already exists.");
  }
}
