import type { ConvGeometry } from '../operators/conv-geometry.js';

/** One tap of a pooling window that lies inside the input; positions are row-major. */
export interface WindowTap {
  readonly output: number;
  readonly input: number;
  /** Number of the tap in its window, row-major, taps in the padding counted. */
  readonly tap: number;
}

/** Visits each window's taps inside the input, windows and taps in row-major order. */
export function eachTap(g: ConvGeometry, visit: (tap: WindowTap) => void): void {
  for (let oh = 0; oh < g.outputHeight; oh += 1) {
    for (let ow = 0; ow < g.outputWidth; ow += 1) {
      for (let kh = 0; kh < g.kernelHeight; kh += 1) {
        const row = oh * g.strideHeight - g.padTop + kh * g.dilationHeight;
        if (row < 0 || row >= g.inputHeight) continue;
        for (let kw = 0; kw < g.kernelWidth; kw += 1) {
          const column = ow * g.strideWidth - g.padLeft + kw * g.dilationWidth;
          if (column < 0 || column >= g.inputWidth) continue;
          visit({
            output: oh * g.outputWidth + ow,
            input: row * g.inputWidth + column,
            tap: kh * g.kernelWidth + kw,
          });
        }
      }
    }
  }
}

/** Most windows that share one input position. */
export function windowOverlap(g: ConvGeometry): number {
  const shared = new Uint32Array(g.inputHeight * g.inputWidth);
  eachTap(g, ({ input }) => {
    shared[input] = (shared[input] ?? 0) + 1;
  });
  return shared.reduce((a, b) => Math.max(a, b), 0);
}
