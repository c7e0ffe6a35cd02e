import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { superuser } from "../../local/cloud/postgres/server.ts";
import { selfSigned } from "./self-signed.ts";
import { startThrowawayPostgres, type ThrowawayPostgres } from "./throwaway-postgres.ts";

/**
 * A throwaway Postgres with TLS (a certificate it signed itself) that asks everybody but `postgres` for a password.
 * `tls_only` is a role that gets in over TLS alone, `plain_text` is asked for the password itself.
 */
export async function startSecuredPostgres(
  settings: Record<string, string> = {},
  subject = { name: "localhost", address: "127.0.0.1" },
): Promise<ThrowawayPostgres & { certificate: string }> {
  const folder = mkdtempSync(join(tmpdir(), "secured-"));
  const { certificate, key } = selfSigned(subject.name, subject.address);
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const certificateFile = file("server.pem", certificate);
  const postgres = await startThrowawayPostgres({
    ssl: "on",
    ssl_cert_file: certificateFile,
    ssl_key_file: file("server.key", key),
    hba_file: file(
      "pg_hba.conf",
      [
        `host all postgres,${superuser} 127.0.0.1/32 trust`,
        "hostssl all tls_only 127.0.0.1/32 scram-sha-256",
        "hostnossl all tls_only 127.0.0.1/32 reject",
        "host all plain_text 127.0.0.1/32 password",
        "host all all 127.0.0.1/32 scram-sha-256",
        "",
      ].join("\n"),
    ),
    ...settings,
  });
  return {
    ...postgres,
    certificate: certificateFile,
    async stop() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
