/** What no rule can show from a plan or a state, so that a person has to. In the order of the report. */
export const limits: readonly { what: string; why: string }[] = [
  {
    what: "CJIS Security Policy 6.0",
    why: "Version 6.0 (2024-12-27) could not be read by those who wrote the rules. Where CJIS is named, version 5.9.5 is meant.",
  },
  {
    what: "Encryption within the code",
    why: "Whether a service really encrypts with AES-256-GCM, and binds the right context, is decided by its code. A rule sees bindings.",
  },
  { what: "FIPS validation", why: "Whether a cryptographic module is validated is written in no resource." },
  {
    what: "Control of the keys by the agency (SC-12)",
    why: "A rule sees that a key of its own is bound, not who can read it.",
  },
  {
    what: "Identity proofing",
    why: "How a person proved who they are happens at the identity provider.",
  },
  {
    what: "Multi-factor authentication at the identity provider",
    why: "A rule sees that Access asks for it, not that the provider does it.",
  },
  {
    what: "Restore tests",
    why: "A rule sees that backups are made and locked. That one can be restored is shown by a drill.",
  },
  { what: "Review of logs", why: "A rule sees that logs are kept. That somebody reads them is shown by the reader." },
  {
    what: "Changes made by hand",
    why: "Something changed in a dashboard is in no plan. `npx chittyops drift` looks for it.",
  },
  { what: "Grants within a database", why: "What a role may do is decided by SQL, which no resource shows." },
  {
    what: "Legal retention",
    why: "How long records are to be kept, for example under the Illinois Local Records Act, is for counsel to say. Rules compare with the values they gave; nothing is deleted automatically unless somebody says so.",
  },
];
