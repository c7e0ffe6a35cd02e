import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

export type QueueContentType = "text" | "json" | "bytes" | "v8";

/** A message in a queue. Times are milliseconds since the epoch, of the local clock. */
export interface QueueMessage {
  id: string;
  queueId: string;
  contentType: QueueContentType;
  body: Uint8Array;
  timestamp: number;
  /** Deliveries that failed. */
  failures: number;
  /** Not delivered before. */
  visibleAt: number;
}

/** The messages of all queues, on disk when `add` returns. */
export interface QueueMessages {
  add(messages: (Omit<QueueMessage, "id" | "failures"> & { id?: string })[]): void;
  /** Visible ones, oldest first, without those in `except`. */
  due(queueId: string, now: number, limit: number, except: ReadonlySet<string>): QueueMessage[];
  /** When the next message becomes visible, if one is not yet. */
  nextVisible(queueId: string, now: number): number | undefined;
  remove(ids: string[]): void;
  retry(id: string, visibleAt: number): void;
  postpone(ids: string[], visibleAt: number): void;
  move(id: string, queueId: string, visibleAt: number): void;
  backlog(queueId: string): { backlogCount: number; backlogBytes: number; oldestMessageTimestamp: number };
  drop(queueId: string): void;
  close(): void;
}

export function openQueueMessages(file: string): QueueMessages {
  const database = new DatabaseSync(file);
  // A killed process loses nothing with NORMAL; only a power cut could take the last moments.
  database.exec(`
    PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;
    CREATE TABLE IF NOT EXISTS messages (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, queue_id TEXT NOT NULL, content_type TEXT NOT NULL,
      body BLOB NOT NULL, timestamp INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0, visible_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS messages_by_queue ON messages (queue_id, visible_at, sequence);
  `);
  const insert = database.prepare(
    "INSERT INTO messages (id, queue_id, content_type, body, timestamp, visible_at) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const due = database.prepare(
    "SELECT * FROM messages WHERE queue_id = ? AND visible_at <= ? ORDER BY visible_at, sequence LIMIT ?",
  );
  const next = database.prepare("SELECT min(visible_at) AS next FROM messages WHERE queue_id = ? AND visible_at > ?");
  const remove = database.prepare("DELETE FROM messages WHERE id = ?");
  const retry = database.prepare("UPDATE messages SET failures = failures + 1, visible_at = ? WHERE id = ?");
  const postpone = database.prepare("UPDATE messages SET visible_at = ? WHERE id = ?");
  const move = database.prepare("UPDATE messages SET queue_id = ?, failures = 0, visible_at = ? WHERE id = ?");
  const backlog = database.prepare(
    "SELECT count(*) AS count, total(length(body)) AS bytes, min(timestamp) AS oldest FROM messages WHERE queue_id = ?",
  );
  const drop = database.prepare("DELETE FROM messages WHERE queue_id = ?");
  const transaction = (work: () => void): void => {
    database.exec("BEGIN IMMEDIATE");
    try {
      work();
      database.exec("COMMIT");
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  };
  return {
    add: (messages) =>
      transaction(() => {
        for (const {
          id = randomUUID().replaceAll("-", ""),
          queueId,
          contentType,
          body,
          timestamp,
          visibleAt,
        } of messages) {
          insert.run(id, queueId, contentType, body, timestamp, visibleAt);
        }
      }),
    due: (queueId, now, limit, except) =>
      due
        .all(queueId, now, limit + except.size)
        .map((row) => ({
          id: String(row.id),
          queueId: String(row.queue_id),
          contentType: String(row.content_type) as QueueContentType,
          body: row.body as Uint8Array,
          timestamp: Number(row.timestamp),
          failures: Number(row.failures),
          visibleAt: Number(row.visible_at),
        }))
        .filter(({ id }) => !except.has(id))
        .slice(0, limit),
    nextVisible: (queueId, now) => (next.get(queueId, now)?.next as number | null) ?? undefined,
    remove: (ids) => transaction(() => ids.forEach((id) => void remove.run(id))),
    retry: (id, visibleAt) => void retry.run(visibleAt, id),
    postpone: (ids, visibleAt) => transaction(() => ids.forEach((id) => void postpone.run(visibleAt, id))),
    move: (id, queueId, visibleAt) => void move.run(queueId, visibleAt, id),
    backlog(queueId) {
      const { count, bytes, oldest } = backlog.get(queueId) ?? {};
      return {
        backlogCount: Number(count ?? 0),
        backlogBytes: Number(bytes ?? 0),
        oldestMessageTimestamp: Number(oldest ?? 0),
      };
    },
    drop: (queueId) => void drop.run(queueId),
    close: () => database.close(),
  };
}
