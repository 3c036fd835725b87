/** A canvas kept at the device's resolution; views draw in device pixels and scale lengths by `ratio`. */
export interface Surface {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

/** Fits the canvas to its box; `resized` is true when that cleared it. */
export function fitCanvas(canvas: HTMLCanvasElement): { surface: Surface; resized: boolean } {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser has no 2-D canvas.');
  const ratio = devicePixelRatio;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  const resized = canvas.width !== width || canvas.height !== height;
  if (resized) {
    canvas.width = width;
    canvas.height = height;
  }
  return { surface: { context, width, height, ratio }, resized };
}

export function font(surface: Surface, cssPx: number, weight = 400): string {
  return `${weight} ${cssPx * surface.ratio}px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif`;
}

/** Diagonal lines at fixed places of the canvas, so that neighbouring hatches join without a seam. */
export function hatch(
  surface: Surface,
  box: { x: number; y: number; width: number; height: number },
  color: string,
): void {
  const { context, ratio } = surface;
  const step = 8 * ratio;
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  context.clip();
  context.strokeStyle = color;
  context.lineWidth = ratio;
  context.beginPath();
  const first = Math.floor((box.x + box.y) / step) * step;
  for (let sum = first; sum <= box.x + box.width + box.y + box.height + step; sum += step) {
    context.moveTo(sum - box.y, box.y);
    context.lineTo(sum - box.y - box.height, box.y + box.height);
  }
  context.stroke();
  context.restore();
}
