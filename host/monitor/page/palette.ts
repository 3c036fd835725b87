/** Colours that carry numbers. Sequential: cividis; signed: blue–orange, symmetric about zero. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Ten stops of cividis (Nuñez, Anderton, Renslow 2018), made to look alike with and without colour-vision deficiency. */
const CIVIDIS: readonly Rgb[] = [
  [0, 32, 77],
  [0, 51, 111],
  [57, 72, 107],
  [87, 92, 109],
  [112, 113, 115],
  [138, 135, 121],
  [166, 157, 117],
  [196, 181, 108],
  [228, 207, 91],
  [255, 234, 70],
];

export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => (a[i] ?? 0) + ((b[i] ?? 0) - (a[i] ?? 0)) * share) as unknown as Rgb;
}

/** `share` is clamped to 0…1; an unknown number gives the lowest colour. */
export function cividis(share: number): Rgb {
  const at = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * (CIVIDIS.length - 1);
  const low = Math.floor(at);
  const from = CIVIDIS[low] ?? [0, 0, 0];
  return mix(from, CIVIDIS[low + 1] ?? from, at - low);
}

export function css(color: Rgb, alpha = 1): string {
  return `rgb(${color.map((part) => Math.round(part)).join(' ')} / ${alpha})`;
}

/** Black or white, whichever is easier to read on `color` (relative luminance after WCAG 2). */
export function inkOn(color: Rgb): string {
  const [red, green, blue] = color.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
  // The luminance at which both inks have the same contrast: sqrt(1.05 · 0.05) − 0.05.
  return luminance > 0.179 ? '#0b1016' : '#ffffff';
}

/** The style sheet's colours, for canvases. */
export interface Theme {
  readonly panel: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly gridBold: string;
  readonly trace: string;
  readonly track: string;
  readonly mark: string;
  readonly hatch: string;
  readonly forClass: string;
  readonly againstClass: string;
  readonly phase: Readonly<Record<'P' | 'QRS' | 'ST-T', string>>;
  readonly halo: string;
  readonly flesh: Rgb;
}

/** `read` gives the value of a custom property, such as `--text`. */
export function themeOf(read: (name: string) => string): Theme {
  return {
    panel: read('--panel'),
    text: read('--text'),
    muted: read('--muted'),
    grid: read('--grid'),
    gridBold: read('--grid-bold'),
    trace: read('--trace'),
    track: read('--track'),
    mark: read('--mark'),
    hatch: read('--hatch'),
    forClass: read('--for'),
    againstClass: read('--against'),
    phase: { P: read('--phase-p'), QRS: read('--phase-qrs'), 'ST-T': read('--phase-stt') },
    halo: read('--halo'),
    flesh: hexRgb(read('--flesh')),
  };
}

/** `#rrggbb` or `#rgb`: style sheets are shortened when built. */
export function hexRgb(hex: string): Rgb {
  const digits = hex.trim().replace('#', '');
  const full = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits;
  const value = Number.parseInt(full, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
