import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import { heartSurface } from './surface.js';
import { heartGltf } from './surface-gltf.js';

interface Gltf {
  readonly buffers: readonly { readonly byteLength: number; readonly uri: string }[];
  readonly bufferViews: readonly {
    readonly byteOffset: number;
    readonly byteLength: number;
    readonly byteStride?: number;
  }[];
  readonly accessors: readonly { readonly count: number; readonly max?: readonly number[] }[];
}

describe('heart as glTF', () => {
  const gltf = JSON.parse(heartGltf()) as Gltf;
  const bytes = Buffer.from(gltf.buffers[0]?.uri.split(',')[1] ?? '', 'base64');
  const surface = heartSurface();
  const view = (index: number): Buffer => {
    const { byteOffset = 0, byteLength = 0 } = gltf.bufferViews[index] ?? {};
    return bytes.subarray(byteOffset, byteOffset + byteLength);
  };

  it('is the file in the tree: run npm run generate', () => {
    expect(readFileSync(join(packageRoot(), 'host/cineecg/heart.gltf'), 'utf8')).toBe(heartGltf());
  });

  it('has 500 to 1,500 vertices in metres, each with its region', () => {
    expect(gltf.accessors[0]?.count).toBe(surface.verticesMm.length);
    expect(surface.verticesMm.length).toBeGreaterThan(500);
    expect(surface.verticesMm.length).toBeLessThan(1500);
    for (const [vertex, [x]] of surface.verticesMm.entries()) {
      expect(view(0).readFloatLE(12 * vertex)).toBeCloseTo(x / 1000, 7);
      expect(view(2)[4 * vertex]).toBe(surface.regions[vertex]);
    }
  });

  it('draws every triangle of the surface', () => {
    expect(gltf.accessors[3]?.count).toBe(3 * surface.triangles.length);
    for (const [index, vertex] of surface.triangles.flat().entries()) {
      expect(view(3).readUInt16LE(2 * index)).toBe(vertex);
    }
    expect(bytes.length).toBe(gltf.buffers[0]?.byteLength);
  });
});
