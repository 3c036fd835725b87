/**
 * The generic heart's surface as glTF 2.0, one self-contained file: positions in metres (glTF's unit), normals, the region of each
 * vertex as `_REGION`, and the names of the regions. Axes are Frank's: X left, Y inferior, Z posterior.
 */
import { REGION_COUNT, SEGMENT_NAMES } from './geometry.js';
import { heartSurface } from './surface.js';

const FLOAT = 5126;
const UNSIGNED_SHORT = 5123;
const UNSIGNED_BYTE = 5121;
const ARRAY_BUFFER = 34_962;
const ELEMENT_ARRAY_BUFFER = 34_963;
/** glTF wants each vertex attribute to begin on a multiple of four bytes. */
const REGION_STRIDE = 4;

/** The text of the .gltf file. */
export function heartGltf(): string {
  const { verticesMm, normals, triangles, regions } = heartSurface();
  const positions = Float32Array.from(verticesMm.flat(), (mm) => mm / 1000);
  const directions = Float32Array.from(normals.flat());
  const labels = new Uint8Array(regions.length * REGION_STRIDE);
  for (const [vertex, region] of regions.entries()) labels[vertex * REGION_STRIDE] = region;
  const indices = Uint16Array.from(triangles.flat());
  const parts = [positions, directions, labels, indices].map((part) =>
    Buffer.from(part.buffer, part.byteOffset, part.byteLength),
  );
  const offsets = parts.map((_, index) =>
    parts.slice(0, index).reduce((sum, part) => sum + part.length, 0),
  );
  const bytes = Buffer.concat(parts);
  const extreme = (pick: (...values: number[]) => number): number[] =>
    [0, 1, 2].map((axis) => pick(...positions.filter((_, index) => index % 3 === axis)));
  const view = (index: number, target: number, byteStride?: number): object => ({
    buffer: 0,
    byteOffset: offsets[index],
    byteLength: parts[index]?.length,
    target,
    ...(byteStride === undefined ? {} : { byteStride }),
  });
  const gltf = {
    asset: { version: '2.0', generator: 'Isochrone, npm run generate' },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0, name: 'generic heart' }],
    meshes: [
      {
        name: 'both ventricles, outer surface',
        primitives: [{ attributes: { POSITION: 0, NORMAL: 1, _REGION: 2 }, indices: 3 }],
        extras: { frame: 'Frank: X left, Y inferior, Z posterior', regions: SEGMENT_NAMES },
      },
    ],
    accessors: [
      {
        bufferView: 0,
        componentType: FLOAT,
        count: verticesMm.length,
        type: 'VEC3',
        min: extreme(Math.min),
        max: extreme(Math.max),
      },
      { bufferView: 1, componentType: FLOAT, count: normals.length, type: 'VEC3' },
      {
        bufferView: 2,
        componentType: UNSIGNED_BYTE,
        count: regions.length,
        type: 'SCALAR',
        min: [0],
        max: [REGION_COUNT - 1],
      },
      { bufferView: 3, componentType: UNSIGNED_SHORT, count: indices.length, type: 'SCALAR' },
    ],
    bufferViews: [
      view(0, ARRAY_BUFFER),
      view(1, ARRAY_BUFFER),
      view(2, ARRAY_BUFFER, REGION_STRIDE),
      view(3, ELEMENT_ARRAY_BUFFER),
    ],
    buffers: [
      {
        byteLength: bytes.length,
        uri: `data:application/octet-stream;base64,${bytes.toString('base64')}`,
      },
    ],
  };
  return `${JSON.stringify(gltf)}\n`;
}
