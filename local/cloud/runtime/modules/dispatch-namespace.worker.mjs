/** https://developers.cloudflare.com/cloudflare-for-platforms/workers-for-platforms/ */
export default function dispatchNamespace({ link }) {
  return {
    get(name, args = {}) {
      return {
        fetch(input, init) {
          const request = new Request(input, init);
          const headers = new Headers(request.headers);
          headers.set("x-chittyops-dispatch", JSON.stringify({ name: String(name), args }));
          return link.fetch(new Request(request, { headers }));
        },
      };
    },
  };
}
