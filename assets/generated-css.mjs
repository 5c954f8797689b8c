// The part of the style sheet that is arithmetic: tag and avatar hues, heat levels, column widths
// and edges, the font's address.
// Style attributes are forbidden by the content security policy, so each of these is a class.

const hues = [15, 30, 60, 75, 100, 158, 200, 230, 256, 285, 300, 345];

const hueRule = (dark) => (hue) => {
  const colour = (l, c) => `oklch(${l} ${c} ${hue})`;
  const tones = dark
    ? { "tag-bg": [0.305, 0.045], "tag-ink": [0.845, 0.085], dot: [0.66, 0.14], "av-bg": [0.4, 0.07], "av-ink": [0.94, 0.035] }
    : { "tag-bg": [0.953, 0.032], "tag-ink": [0.42, 0.105], dot: [0.63, 0.15], "av-bg": [0.88, 0.06], "av-ink": [0.36, 0.09] };
  const body = Object.entries(tones).map(([name, [l, c]]) => `--${name}:${colour(l, c)}`).join(";");
  return `${dark ? '[data-theme="dark"] ' : ""}.h-${hue}{${body}}`;
};

// At most 52 % of colour, so that ink on the darkest cell still reads.
const mix = (from, to, share) => from.map((value, index) => (value + (to[index] - value) * share).toFixed(4));
const heatRule = (prefix, name, ground, colour) =>
  Array.from({ length: 11 }, (_, level) => {
    const [l, c] = mix(ground, colour, level * 0.052);
    return `${prefix}.heat${name} .v-${level}{background:oklch(${l} ${c} ${colour[2]})}`;
  }).join("");

const widths = Array.from({ length: 17 }, (_, step) => 80 + step * 20)
  .map((px) => `.grid .w-${px}{min-inline-size:${px}px;max-inline-size:${px}px}`)
  .join("");

// Where pinned columns stand still: each where the one before it ends. The first 40 px are the checkboxes'.
const edges = Array.from({ length: 46 }, (_, step) => step * 20)
  .map((px) => `.grid .at-${px}{inset-inline-start:calc(var(--checks,40px) + ${px}px)}`)
  .join("");

/** The text of css/hues.css. */
export function generatedCss(font) {
  const dark = '[data-theme="dark"] ';
  return [
    `@font-face{font-family:"Inter Variable";font-style:normal;font-display:swap;font-weight:100 900;src:url("/assets/${font}") format("woff2");unicode-range:U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD}`,
    hues.map(hueRule(false)).join(""),
    hues.map(hueRule(true)).join(""),
    heatRule("", "", [1, 0], [0.53, 0.165, 256]),
    heatRule(dark, "", [0.236, 0.01], [0.565, 0.16, 256]),
    heatRule("", ".green", [1, 0], [0.52, 0.12, 158]),
    heatRule(dark, ".green", [0.236, 0.01], [0.56, 0.12, 158]),
    widths,
    edges,
  ].join("\n");
}
