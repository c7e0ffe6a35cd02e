/** The URI of the same place, as another role. */
export function withCredentials(uri: string, name: string, password: string): string {
  const url = new URL(uri);
  url.username = encodeURIComponent(name);
  url.password = encodeURIComponent(password);
  return url.href;
}
