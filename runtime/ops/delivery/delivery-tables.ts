/**
 * Receivers, and what is on its way to them. A lane is what one receiver gets of one key, in order: only the first of a lane is sent, and
 * when it is due and how often it was tried is the lane's.
 */
export const deliveryTables = [
  "CREATE TABLE IF NOT EXISTS endpoints (id TEXT PRIMARY KEY, endpoint TEXT)",
  "CREATE TABLE IF NOT EXISTS lanes (endpoint TEXT, key TEXT, due INTEGER, attempts INTEGER, PRIMARY KEY (endpoint, key)) WITHOUT ROWID",
  "CREATE INDEX IF NOT EXISTS lanes_due ON lanes (endpoint, due)",
  "CREATE TABLE IF NOT EXISTS waiting (endpoint TEXT, key TEXT, message INTEGER, PRIMARY KEY (endpoint, key, message)) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS dead (number INTEGER PRIMARY KEY AUTOINCREMENT, endpoint TEXT, key TEXT, message INTEGER, attempts INTEGER, at INTEGER, outcome TEXT)",
  "CREATE INDEX IF NOT EXISTS dead_endpoint ON dead (endpoint, number)",
] as const;
