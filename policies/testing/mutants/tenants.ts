import { urnOf } from "../node.ts";
import { typeOf } from "../stacks/stack-builder.ts";
import { from, type Mutant, mutantsOf, options, urnIn } from "./mutant.ts";

const literal = { absent: false, literal: true };
const of = (rule: string, preview = false) => mutantsOf(`tenant-${rule}`, "dossier", { preview });
const dependsOn =
  (name: string) => (node: { dependencies: readonly string[] }, nodes: Parameters<typeof urnIn>[0]) => ({
    dependencies: [...node.dependencies, urnIn(nodes, name)],
  });
const token = (name: string) => JSON.stringify({ [name]: "*" });

export const tenantMutants: readonly Mutant[] = [
  of("one-owner")
    .edited("acme-files", "its name says another tenant", () => ({ name: "acme2-files-too" }))
    .edited("acme-files", "its name says none", () => ({ name: "files" }))
    .edited("acme-files", "it is below nothing", () => ({ parent: undefined }))
    .property("acme", ["tenant"], ["umbrella"]),
  of("edges-stay")
    .edited("acme-script", "it depends on a queue of another", dependsOn("acme2-events"))
    .edited("acme-consumer", "it depends on a script of another", dependsOn("acme2-script"))
    .edited("acme-files", "it depends on a component of another", dependsOn("acme2")),
  of("edges-stay", true).edited("acme-hyperdrive", "its origin is another's", from(["origin"], "acme2-project")),
  of("literal-ids")
    .property("acme-script", ["bindings", "@FILES", "bucketName"], ["acme2-files", "nothing-here"], literal)
    .property("acme-script", ["bindings", "@EVENTS", "queueName"], ["acme2-events"], literal)
    .property("acme-script", ["bindings", "@DB", "id"], ["id of acme2-hyperdrive", "f00d"], literal)
    .property("acme-consumer", ["queueId"], ["queueId of acme2-events"], literal),
  of("literal-ids", true).edited("acme-consumer", "its queue comes from another", from(["queueId"], "acme2-events")),
  of("one-database-owner").property("acme-snapshots", ["projectId"], ["id of acme2-project"], { absent: false }),
  of("one-database-owner", true).edited(
    "acme-snapshots",
    "its project is another's",
    from(["projectId"], "acme2-project"),
  ),
  of("hyperdrive-origin")
    .property(
      "acme-hyperdrive",
      ["origin"],
      [{ host: "host of acme2-project", database: "acme2", user: "acme2_app" }],
      {
        absent: false,
      },
    )
    .property("acme-hyperdrive", ["origin", "host"], [], { absent: false }),
  of("hyperdrive-origin", true).edited(
    "acme-hyperdrive",
    "its password is another's",
    from(["origin", "password"], "acme2-password"),
  ),
  of("no-shared-secret")
    .property("acme-script", ["bindings", "@KEY", "text"], ["result of acme2-key"], { absent: false, hidden: false })
    .edited("acme-script", "it takes a key of another", dependsOn("acme2-key")),
  of("no-shared-secret", true).edited(
    "acme-runtime",
    "its password is another's",
    from(["password"], "acme2-password"),
  ),
  of("no-calls-across")
    .property(
      "acme-script",
      ["bindings", "@EVENTS"],
      [
        { name: "EVENTS", type: "service", service: "acme2-script" },
        { name: "EVENTS", type: "durable_object_namespace", className: "Room", scriptName: "acme2-script" },
      ],
      { absent: false },
    )
    .property("acme-script", ["tailConsumers", 0, "service"], ["acme2-script"], { absent: false })
    .property("acme-domain", ["service"], ["acme2-script"], { absent: false }),
  of("no-inherited-binding")
    .property("acme-script", ["bindings", "@EVENTS", "type"], ["inherit"], { absent: false })
    .property("acme-script", ["bindings"], [[{ name: "FILES", type: "inherit" }]], { absent: false }),
  of("token-scope").property(
    "acme-log-writer",
    ["policies", 0, "resources"],
    [
      token(`com.cloudflare.edge.r2.bucket.${"a".repeat(32)}_default_acme2-logs`),
      token("com.cloudflare.edge.r2.bucket.*"),
      token("com.cloudflare.api.account.f00d"),
    ],
    { absent: false },
  ),
  of("own-logs")
    .property("acme-trace", ["destinationConf"], ["r2://acme2-logs/trace/{DATE}", "r2://acme2-logs/other"], {
      absent: false,
    })
    .property("acme-consumer", ["deadLetterQueue"], ["acme2-dead-letters"], { absent: false })
    .property("acme", ["backupBucket"], ["acme2-backup"], { absent: false }),
  of("one-hostname-owner")
    .property("acme-domain", ["hostname"], ["acme2.dossier.example", "ACME2.dossier.example"], { absent: false })
    .property("acme-application", ["domain"], ["acme2.dossier.example/admin"], { absent: false })
    .property("acme-people", ["includes"], [[{ group: { id: "group of acme2" } }]], { absent: false }),
  of("bounded-use")
    .property("acme-script", ["limits", "cpuMs"], [0])
    .property("acme-script", ["limits", "subrequests"], [0])
    .property("acme-script", ["bindings", "@LIMIT", "type"], ["ai"], { hidden: false })
    .property("acme-project", ["settings", "quota", "computeTimeSeconds"], [0])
    .property("acme-hyperdrive", ["originConnectionLimit"], [0]),
  of("wrapped-references")
    .edited("contract", "it is below nothing", () => ({ parent: undefined }))
    .edited("contract", "it is below a tenant", (_, nodes) => ({ parent: urnIn(nodes, "acme") }))
    .edited("core", "it is another component", () => ({ type: "chittyops:index:Reader" })),
  of("aliases-keep-owner")
    .edited("acme-files", "it was another's", (node, nodes) =>
      options({ aliases: [urnIn(nodes, "acme2-files")] })(node, nodes),
    )
    .edited("acme-files", "its old name says another", options({ aliases: [urnOf(typeOf("R2Bucket"), "acme2-older")] }))
    .edited("acme-files", "its old name says none", options({ aliases: [urnOf(typeOf("R2Bucket"), "files")] })),
].flatMap(({ made }) => made);
