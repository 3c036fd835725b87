import type { HeartView } from './heart-view.js';

type Vector = readonly [number, number, number];

/** How far a view has been turned from its standard, in degrees. */
export interface Turn {
  /** About the screen's vertical: positive brings the left of the screen to the front. */
  readonly yawDegrees: number;
  /** About the screen's horizontal: positive brings the top to the front. */
  readonly pitchDegrees: number;
}

export const UNTURNED: Turn = { yawDegrees: 0, pitchDegrees: 0 };
/** One press of an arrow key. */
const KEY_DEGREES = 10;
/** A drag across the canvas turns the heart by half a turn. */
const DRAG_DEGREES = 180;

const combine = (a: Vector, p: number, b: Vector, q: number): Vector => [
  a[0] * p + b[0] * q,
  a[1] * p + b[1] * q,
  a[2] * p + b[2] * q,
];

/** The view turned first about its vertical, then about the screen's horizontal. Keeps its axes orthonormal. */
export function turned(view: HeartView, { yawDegrees, pitchDegrees }: Turn): HeartView {
  const [yaw, pitch] = [(yawDegrees * Math.PI) / 180, (pitchDegrees * Math.PI) / 180];
  const right = combine(view.right, Math.cos(yaw), view.towardsViewer, Math.sin(yaw));
  const facing = combine(view.towardsViewer, Math.cos(yaw), view.right, -Math.sin(yaw));
  return {
    name: `${view.name}, turned`,
    right,
    down: combine(view.down, Math.cos(pitch), facing, Math.sin(pitch)),
    towardsViewer: combine(facing, Math.cos(pitch), view.down, -Math.sin(pitch)),
    edges: view.edges,
  };
}

export function isTurned(turn: Turn): boolean {
  return turn.yawDegrees !== 0 || turn.pitchDegrees !== 0;
}

/** Drag, arrow keys; Escape, Home or a double click turn back. `onTurn` is told of each change. */
export function makeTurnable(canvas: HTMLCanvasElement, onTurn: (turn: Turn) => void): void {
  let turn = UNTURNED;
  const set = (yawDegrees: number, pitchDegrees: number): void => {
    turn = {
      yawDegrees: yawDegrees % 360,
      // Beyond the poles left and right would change places under the finger.
      pitchDegrees: Math.max(-90, Math.min(90, pitchDegrees)),
    };
    onTurn(turn);
  };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const degreesPerPixel = DRAG_DEGREES / Math.max(1, canvas.clientWidth);
    set(
      turn.yawDegrees + event.movementX * degreesPerPixel,
      turn.pitchDegrees + event.movementY * degreesPerPixel,
    );
  });
  canvas.addEventListener('dblclick', () => set(0, 0));
  canvas.addEventListener('keydown', (event) => {
    const steps: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-KEY_DEGREES, 0],
      ArrowRight: [KEY_DEGREES, 0],
      ArrowUp: [0, -KEY_DEGREES],
      ArrowDown: [0, KEY_DEGREES],
    };
    const step = steps[event.key];
    if (step !== undefined) set(turn.yawDegrees + step[0], turn.pitchDegrees + step[1]);
    else if (event.key === 'Escape' || event.key === 'Home') set(0, 0);
    else return;
    event.preventDefault();
  });
}
