/** `alert_groups.due` is null while there is nothing to tell; `told` members were in a notice. */
export const alertTables = [
  "CREATE TABLE IF NOT EXISTS alert_routes (name TEXT PRIMARY KEY, route TEXT)",
  "CREATE TABLE IF NOT EXISTS silences (id TEXT PRIMARY KEY, until INTEGER, silence TEXT)",
  "CREATE TABLE IF NOT EXISTS alert_groups (key TEXT PRIMARY KEY, route TEXT, due INTEGER)",
  "CREATE INDEX IF NOT EXISTS alert_groups_due ON alert_groups (due)",
  "CREATE TABLE IF NOT EXISTS alert_members (grp TEXT, incident TEXT, told INTEGER, PRIMARY KEY (grp, incident)) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS escalations (incident TEXT PRIMARY KEY, due INTEGER, done INTEGER)",
  "CREATE INDEX IF NOT EXISTS escalations_due ON escalations (due)",
  "CREATE TABLE IF NOT EXISTS notices (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER, notice TEXT)",
  "CREATE TABLE IF NOT EXISTS heartbeat (one INTEGER PRIMARY KEY, beat TEXT)",
] as const;
