/** The networks that are explained and compared, as trained by models/place. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import { seededRandom } from '../records/synthetic/random.js';
import { openBeatNetwork, type BeatNetwork } from './beat-network.js';
import { readPlaceModel, type PlaceModel } from './place-model.js';

export const PLACE_FOLDER = join(packageRoot(), 'models/place');

export interface EvaluationNetworks {
  /** Normal, scar, ischaemia or ectopic; never told a place. One a seed. */
  readonly coarse: readonly BeatNetwork[];
  /** The first coarse network with its weights shuffled within each layer. */
  readonly randomised: BeatNetwork;
  /** The same four classes from the CineECG path alone. */
  readonly cineEcg: readonly BeatNetwork[];
  readonly place: BeatNetwork;
  readonly templates: PlaceModel;
}

const SEEDS = [0, 1, 2] as const;

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
  const templates = 'templates.json';
  return {
    coarse: await Promise.all(SEEDS.map((seed) => open(`coarse-${seed}`))),
    randomised: openBeatNetwork(
      await read('coarse-0.onnx'),
      'coarse-0.onnx',
      seededRandom(0, 'weight randomisation'),
    ),
    cineEcg: await Promise.all(SEEDS.map((seed) => open(`cineecg-${seed}`))),
    place: await open('place-0'),
    templates: readPlaceModel((await read(templates)).toString('utf8'), templates),
  };
}
