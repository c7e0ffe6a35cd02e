/** What a field of a cron expression allows: https://developers.cloudflare.com/workers/configuration/cron-triggers/ */
interface Field {
  low: number;
  high: number;
  names?: string[];
  /** Forms beyond numbers, ranges, lists and steps. */
  special?: RegExp;
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const fields: Field[] = [
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31, special: /^(L|LW|([1-9]|[12]\d|3[01])W)$/ },
  { low: 1, high: 12, names: months },
  // Sunday is 1 at Cloudflare, and a 0 is refused.
  { low: 1, high: 7, names: days, special: /^(L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/ },
];

/** Whether Cloudflare takes this cron expression: five fields, in UTC. */
export function isCron(expression: string): boolean {
  const parts = expression.trim().toUpperCase().split(/\s+/);
  return (
    parts.length === fields.length &&
    parts.every((part, index) => {
      const field = fields[index];
      return field !== undefined && part.split(",").every((item) => isItem(field, item));
    })
  );
}

function isItem(field: Field, item: string): boolean {
  if (field.special?.test(item)) return true;
  const [range, step, ...rest] = item.split("/");
  if (range === undefined || rest.length > 0) return false;
  if (step !== undefined && !/^[1-9]\d*$/.test(step)) return false;
  if (range === "*") return true;
  const [from, to, ...more] = range.split("-");
  if (more.length > 0) return false;
  const low = numberOf(field, from);
  const high = to === undefined ? low : numberOf(field, to);
  return low !== undefined && high !== undefined && low <= high;
}

function numberOf(field: Field, text: string | undefined): number | undefined {
  const named = field.names?.indexOf(text ?? "") ?? -1;
  if (named >= 0) return named + field.low;
  const value = /^\d+$/.test(text ?? "") ? Number(text) : Number.NaN;
  return value >= field.low && value <= field.high ? value : undefined;
}
