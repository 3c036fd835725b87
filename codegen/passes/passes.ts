import type { Graph } from '../graph/graph.js';
import { dropDead } from './drop-dead.js';
import { flatAnswer } from './flat-answer.js';
import { foldAffine } from './fold-affine.js';
import { foldBatchNorm } from './fold-batch-norm.js';
import { foldConstants } from './fold-constants.js';
import { foldPad } from './fold-pad.js';
import { fuseLayerNorm } from './fuse-layer-norm.js';
import { sequenceLayout } from './sequence-layout.js';
import { fusePointwise } from './fuse-pointwise.js';
import { skipExpand } from './skip-expand.js';
import { stripOutputActivation } from './strip-output-activation.js';

/** The passes between import and quantisation, in order. Each keeps the network's answer (see its own test). */
export function optimise(graph: Graph): Graph {
  return [
    dropDead,
    foldConstants,
    stripOutputActivation,
    flatAnswer,
    skipExpand,
    foldPad,
    fuseLayerNorm,
    dropDead,
    sequenceLayout,
    foldBatchNorm,
    foldAffine,
    fusePointwise,
    dropDead,
  ].reduce((current, pass) => pass(current), graph);
}
