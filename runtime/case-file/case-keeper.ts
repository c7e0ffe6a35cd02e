import type { CustodyEvent } from "../../contracts/custody-record.ts";
import { type CaseAction, type CaseRole, mayDo } from "../access/case-roles.ts";
import type { Identity } from "../access/identity.ts";
import type { DocumentContext } from "../documents/document-context.ts";
import { type Envelope, rewrap } from "../documents/envelope.ts";
import type { KeyRing } from "../documents/key-ring.ts";
import { ProblemError } from "../problem/problem.ts";
import type { Clock } from "../storage/object-storage.ts";
import type { DocumentRecord, StoredDocument } from "./case-record.ts";
import type { CaseStore } from "./case-store.ts";

export interface CaseSurroundings {
  tenant: string;
  case: string;
  store: CaseStore;
  ring: KeyRing;
  /** Version of the root key that the child is configured for. */
  keyVersion: number;
  clock: Clock;
}

/**
 * What can be done in one case, by whom. Whatever touches a document leaves a custody event in the same transaction; nothing is given out
 * without one.
 */
export class CaseKeeper {
  readonly #around: CaseSurroundings;

  constructor(around: CaseSurroundings) {
    this.#around = around;
  }

  /** Opens the case; one that is open already stays as it is. Administrators only. */
  open(who: Identity): void {
    const { store, keyVersion } = this.#around;
    if (!who.administrator) throw refused("Only administrators of the child open cases. Ask one of them.");
    if (store.keyVersion === undefined) store.keyVersion = keyVersion;
  }

  assign(who: Identity, email: string, role: CaseRole | undefined): { email: string; role: CaseRole }[] {
    this.#require(who, "assign");
    this.#around.store.assign(email.toLowerCase(), role);
    return this.#around.store.members();
  }

  list(who: Identity, after: string, limit: number): DocumentRecord[] {
    this.#require(who, "list");
    return this.#around.store.documents(after, limit);
  }

  /** Asks before a document is taken in: whether it may be, the key version to do it with, and what has its name already. */
  async prepare(who: Identity, document: string): Promise<{ keyVersion: number; existing: DocumentRecord | null }> {
    this.#require(who, "store");
    const keyVersion = await this.#upToDate();
    const existing = this.#around.store.document(document);
    return { keyVersion, existing: existing === undefined ? null : shown(existing) };
  }

  /**
   * Takes a document whose ciphertext is stored. The same document (by its digest) sent again is the one that is there.
   * @throws ProblemError 409 where another one has its name
   */
  async add(
    who: Identity,
    sent: Omit<StoredDocument, "storedAt" | "storedBy" | "filedAt">,
  ): Promise<{ record: DocumentRecord; added: boolean }> {
    const { store, ring } = this.#around;
    let envelope = sent.envelope;
    for (;;) {
      this.#require(who, "store");
      const there = store.document(sent.document);
      if (there !== undefined) return { record: sameDocument(shown(there), sent.digest), added: false };
      const to = this.#keyVersion();
      // The case's key was renewed while the document was on its way.
      if (envelope.keyVersion !== to) {
        envelope = await rewrap(ring, this.#context(sent.document), { from: envelope.keyVersion, to }, envelope);
        continue;
      }
      const at = this.#now();
      const stored: StoredDocument = { ...sent, envelope, storedAt: at, storedBy: who.email, filedAt: null };
      store.atomically(() => {
        store.add(stored);
        this.#note(who, "stored", stored);
      });
      return { record: shown(stored), added: true };
    }
  }

  /** Everything that is needed to read a document; that it was read is on record from here on. */
  async read(who: Identity, document: string): Promise<StoredDocument & { keyVersion: number }> {
    this.#require(who, "read");
    await this.#upToDate();
    const stored = this.#existing(document);
    this.#note(who, "read", stored);
    return { ...stored, keyVersion: this.#keyVersion() };
  }

  /** The document, for one who may hand it to the court. */
  toFile(who: Identity, document: string): DocumentRecord {
    this.#require(who, "file");
    return shown(this.#existing(document));
  }

  /** Notes that the court's outbox has taken the document; the first time counts. */
  filed(who: Identity, document: string): void {
    const { store } = this.#around;
    this.#require(who, "file");
    const stored = this.#existing(document);
    if (stored.filedAt !== null) return;
    store.atomically(() => {
      store.filed(document, this.#now());
      this.#note(who, "filed", stored);
    });
  }

  /** Brings the keys of all documents to the version that the child is configured for; the documents stay as they are. */
  async rotate(who: Identity): Promise<{ keyVersion: number; documents: number }> {
    this.#require(who, "rotate");
    const keyVersion = await this.#upToDate(who);
    return { keyVersion, documents: this.#around.store.allDocuments().length };
  }

  /** The same for the child itself, which goes through all cases once its configuration has changed. @returns the number of documents */
  async rewrap(): Promise<number> {
    const { store } = this.#around;
    if (store.keyVersion === undefined) return 0;
    await this.#upToDate();
    return store.allDocuments().length;
  }

  /** The version never goes down: a configuration that was put back must not bring old keys back. */
  async #upToDate(who: Pick<Identity, "subject"> = { subject: "child" }): Promise<number> {
    const { store, ring, keyVersion: to } = this.#around;
    const done = new Map<string, Envelope>();
    for (;;) {
      const from = this.#keyVersion();
      if (from >= to) return from;
      const open = store.allDocuments().filter(({ document }) => !done.has(document));
      for (const { document, envelope } of open) {
        done.set(document, await rewrap(ring, this.#context(document), { from, to }, envelope));
      }
      const finished = store.atomically(() => {
        // While keys were being wrapped a document may have come, or another call may have been faster.
        if (this.#keyVersion() !== from) return false;
        const documents = store.allDocuments();
        if (documents.some(({ document }) => !done.has(document))) return false;
        for (const stored of documents) {
          const envelope = done.get(stored.document) ?? stored.envelope;
          store.rewrapped({ document: stored.document, envelope });
          this.#note(who, "rewrapped", { ...stored, envelope });
        }
        store.keyVersion = to;
        return true;
      });
      if (finished) return to;
    }
  }

  #note(who: Pick<Identity, "subject"> & { email?: string }, what: CustodyEvent["what"], stored: StoredDocument): void {
    const { tenant, case: docket, store } = this.#around;
    store.noteCustody({
      event: crypto.randomUUID(),
      at: this.#now(),
      who: { subject: who.subject, ...(who.email !== undefined && { email: who.email }) },
      what,
      tenant,
      case: docket,
      document: stored.document,
      documentDigest: stored.digest,
      object: stored.objectKey,
      keyVersion: stored.envelope.keyVersion,
    });
  }

  /** A case that somebody has no role in looks to them like one that does not exist. */
  #require(who: Identity, action: CaseAction): void {
    const { store } = this.#around;
    const role = store.roleOf(who.email);
    const open = store.keyVersion !== undefined;
    if (open && who.administrator && action === "assign") return;
    if (!open || role === undefined) {
      throw new ProblemError({
        status: 404,
        title: "No such case",
        detail: "There is no case of this number that you have a role in. Ask its clerk or an administrator.",
      });
    }
    if (!mayDo(role, action)) throw refused(`Your role in this case is ${role}, which does not include: ${action}.`);
  }

  #existing(document: string): StoredDocument {
    const stored = this.#around.store.document(document);
    if (stored !== undefined) return stored;
    throw new ProblemError({
      status: 404,
      title: "No such document",
      detail: `The case has no document ${document}. List its documents to see their names.`,
    });
  }

  #keyVersion(): number {
    const version = this.#around.store.keyVersion;
    if (version === undefined) throw new Error("a case was used before it was opened");
    return version;
  }

  #context(document: string): DocumentContext {
    return { tenant: this.#around.tenant, case: this.#around.case, document };
  }

  #now(): string {
    return new Date(this.#around.clock.now()).toISOString();
  }
}

/**
 * The document that is there, for one who sends it again.
 * @throws ProblemError 409: it is another one
 */
export function sameDocument(there: DocumentRecord, digest: string): DocumentRecord {
  if (there.digest === digest) return there;
  throw new ProblemError({
    status: 409,
    title: "Document exists",
    detail: `The case has another document of the name ${there.document} (sha256 ${there.digest}). Documents are never replaced: choose another name.`,
  });
}

function shown({ objectKey: _key, envelope: _envelope, ...record }: StoredDocument): DocumentRecord {
  return record;
}

function refused(detail: string): ProblemError {
  return new ProblemError({ status: 403, title: "Not allowed", detail });
}
