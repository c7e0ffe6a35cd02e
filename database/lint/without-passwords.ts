/** SQL as it may be shown: what stands where a password stands is replaced. */
export function withoutPasswords(sql: string): string {
  return sql
    .replace(/(\bpassword\s+)(?:e?'(?:[^'\\]|''|\\.)*'?|\$(\w*)\$[\s\S]*?(?:\$\2\$|$))/gi, "$1'***'")
    .replace(/(\bpostgres(?:ql)?:\/\/[^\s/:@]+:)[^\s@]+@/gi, "$1***@")
    .replace(/(\bpassword\s*=\s*)[^\s'"]+/gi, "$1***");
}
