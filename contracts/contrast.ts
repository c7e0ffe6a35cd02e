/** Of text of normal size: WCAG 2.2, success criterion 1.4.3, level AA. */
export const minimumContrast = 4.5;

/**
 * Contrast ratio of two colours, 1 to 21: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
 * @param one `#rrggbb`, like `other`; undefined is answered for anything else
 */
export function contrastRatio(one: string, other: string): number | undefined {
  const [a, b] = [relativeLuminance(one), relativeLuminance(other)];
  if (a === undefined || b === undefined) return undefined;
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** 0 (black) to 1 (white): https://www.w3.org/TR/WCAG22/#dfn-relative-luminance, with the threshold of sRGB itself. */
function relativeLuminance(colour: string): number | undefined {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)?.slice(1);
  if (digits === undefined) return undefined;
  const [red = 0, green = 0, blue = 0] = digits.map((pair) => {
    const part = Number.parseInt(pair, 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
