import type { Shape } from '../graph/graph.js';
import { sizeOf } from '../graph/graph.js';

/**
 * Where element `position` of a tensor's memory on the device, channels last, lies in ONNX's order [1, channels,
 * spatial…]. Strided operators count in the former; float execution holds the latter.
 */
export function onnxIndex(shape: Shape, position: number): number {
  const channels = shape[1] ?? 1;
  const places = sizeOf(shape) / channels;
  return (position % channels) * places + Math.floor(position / channels);
}
