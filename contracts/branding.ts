import { z } from "zod";
import { contrastRatio, minimumContrast } from "./contrast.ts";

/** `#rrggbb` */
const colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, "a colour of six hexadecimal digits, e.g. #1a4f8b");

const colours = z.object({
  /** Text on `background`. */
  text: colour,
  background: colour,
  /** Headings and links on `background`, and the filling of buttons. */
  accent: colour,
  /** Text on `accent`. */
  onAccent: colour,
});

/** What is written on what. Each pair has to be readable. */
const pairs = [
  ["text", "background"],
  ["accent", "background"],
  ["onAccent", "accent"],
] as const satisfies [keyof z.infer<typeof colours>, keyof z.infer<typeof colours>][];

/**
 * How a tenant's pages look. A pair of colours whose contrast is below 4.5 : 1 (WCAG 2.2, success criterion 1.4.3, level AA) is refused with
 * the ratio that was found.
 */
export const branding = z.object({
  /** As the tenant writes it, 1 to 80 characters, e.g. `Doyle & Partners`. */
  name: z.string().trim().min(1).max(80),
  /** Absolute address of the logo by https (http below `.localhost`), or an image within the page: `data:image/png;base64,…`, 64 kB at most. SVG only by address: within a page it could carry scripts. */
  logo: z
    .string()
    .max(65_536)
    .refine(isLogo, "the https address of an image, or data:image/png;base64,… (png, jpeg or webp)")
    .optional(),
  colours: colours.superRefine((chosen, context) => {
    for (const [front, back] of pairs) {
      const ratio = contrastRatio(chosen[front], chosen[back]);
      if (ratio === undefined || ratio >= minimumContrast) continue;
      const shown = `${Math.floor(ratio * 100) / 100} : 1`;
      context.addIssue({
        code: "custom",
        path: [front],
        message: `${chosen[front]} on ${back} ${chosen[back]} has a contrast of ${shown}; at least ${minimumContrast} : 1 is readable. Darken the one or lighten the other.`,
      });
    }
  }),
  /** The hostname the pages are served at, without a scheme, e.g. `portal.doyle.example`. */
  domain: z
    .string()
    .max(253)
    .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/, "a hostname in lower case"),
});
export type Branding = z.infer<typeof branding>;

function isLogo(text: string): boolean {
  if (/^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}$/.test(text)) return true;
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && hostname.endsWith(".localhost"));
}
