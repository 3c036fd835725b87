/** The networks that are explained and compared, as trained by models/place. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import { seededRandom } from '../records/synthetic/random.js';
import { openBeatNetwork, type BeatNetwork } from './beat-network.js';
import { candidateCount } from './arms.js';
import type { LesionKindOfCase } from './cases.js';
import type { TemplateSet } from '../cineecg/mapping/pull-back.js';
import { readPlaceModel, type PlaceModel } from './place-model.js';

export const PLACE_FOLDER = join(packageRoot(), 'models/place');

export interface EvaluationNetworks {
  /** Normal, scar, ischaemia or ectopic; never told a place. One a seed. */
  readonly coarse: readonly BeatNetwork[];
  /** As the first coarse one, without half-healed beats in its training. */
  readonly unhealed: BeatNetwork;
  /** The first coarse network with its weights shuffled within each layer. */
  readonly randomised: BeatNetwork;
  /** The same with the last layer shuffled, the last two … all of them. */
  readonly cascade: readonly BeatNetwork[];
  /** The same four classes from the CineECG path alone. */
  readonly cineEcg: readonly BeatNetwork[];
  readonly place: BeatNetwork;
  readonly templates: PlaceModel;
}

const SEEDS = [0, 1, 2] as const;
/** Layers with weights of these networks: four convolutions and the linear one. */
const CASCADE = [1, 2, 3, 4, 5] as const;

/** @throws {IsochroneError} EVALUATE_MODEL_MISSING, MODEL_… */
export async function openEvaluationNetworks(folder = PLACE_FOLDER): Promise<EvaluationNetworks> {
  const read = async (name: string): Promise<Buffer> => {
    try {
      return await readFile(join(folder, name));
    } catch (cause) {
      throw new IsochroneError('EVALUATE_MODEL_MISSING', `${join(folder, name)} cannot be read`, {
        hint: 'It is part of the project; models/place/README.md tells how to make it again.',
        where: { file: join(folder, name) },
        cause,
      });
    }
  };
  const open = async (name: string): Promise<BeatNetwork> =>
    openBeatNetwork(await read(`${name}.onnx`), `${name}.onnx`);
  const shuffled = async (layers?: number): Promise<BeatNetwork> =>
    openBeatNetwork(await read('coarse-0.onnx'), 'coarse-0.onnx', {
      random: seededRandom(0, 'weight randomisation'),
      ...(layers === undefined ? {} : { layers }),
    });
  const templates = 'templates.json';
  return {
    coarse: await Promise.all(SEEDS.map((seed) => open(`coarse-${seed}`))),
    unhealed: await open('unhealed-0'),
    randomised: await shuffled(),
    cascade: await Promise.all(CASCADE.map(shuffled)),
    cineEcg: await Promise.all(SEEDS.map((seed) => open(`cineecg-${seed}`))),
    place: await open('place-0'),
    templates: candidatesOf(readPlaceModel((await read(templates)).toString('utf8'), templates)),
  };
}

/** Scars and ischaemias of the evaluation lie in the left ventricle, and are looked for there. */
function candidatesOf({ hearts, sets }: PlaceModel): PlaceModel {
  const own = (kind: LesionKindOfCase): TemplateSet => ({
    ...sets[kind],
    templates: sets[kind].templates.filter(({ region }) => region < candidateCount(kind)),
  });
  return {
    hearts,
    sets: { scar: own('scar'), ischaemia: own('ischaemia'), ectopic: own('ectopic') },
  };
}
