/**
 * Splits SQLite text into its statements; semicolons in strings, quoted names, comments and trigger bodies do not count.
 * Empty statements and lone comments are left out.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let start = 0;
  /** `BEGIN` and `CASE` of a trigger that wait for their `END`. */
  let open = 0;
  let words: string[] = [];
  const finish = (end: number): void => {
    const statement = sql.slice(start, end).trim();
    if (words.length > 0) statements.push(statement);
    start = end + 1;
    open = 0;
    words = [];
  };
  for (const match of sql.matchAll(tokens)) {
    const [token] = match;
    if (token === ";") {
      if (open === 0) finish(match.index);
    } else if (!isComment(token)) {
      const word = token.toUpperCase();
      words.push(word);
      const inTrigger = words[0] === "CREATE" && words.slice(1, 4).includes("TRIGGER");
      if (inTrigger && (word === "BEGIN" || word === "CASE")) open++;
      else if (inTrigger && word === "END") open--;
    }
  }
  finish(sql.length);
  return statements;
}

/** Comments, quoted text (a doubled quote is two neighbours), words, and any other visible character. */
const tokens = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'[^']*'?|"[^"]*"?|`[^`]*`?|\[[^\]]*\]?|\w+|\S/g;

function isComment(token: string): boolean {
  return token.startsWith("--") || token.startsWith("/*");
}
